/* What the component is lent: a connection to one server, one file, one password, and a deadline for every wait.
 *
 * Each function does what wit/capabilities.wit says of the function of its name. Nothing of WebAssembly is in here;
 * imports.c ties these to the component's imports. */

#ifndef LENT_H
#define LENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* The cases of io-error, then those of source-error. */
enum failure { NONE, CLOSED, RESET, TIMED_OUT, REFUSED, UNREACHABLE, DENIED, INSECURE, SHRANK, UNREADABLE };
extern const char *const FAILURES[];

/* Opened before anything is sent. As many bytes as it has then are sent; those that were, are counted. */
struct file {
    int fd;
    uint64_t size, sent;
};

struct control {
    int fd;
    struct sockaddr_storage peer;
    socklen_t peer_length;
    double timeout, due;
    unsigned connections;
    const char *password; /* NULL once it was offered. */
};

/* Data connections for the one file: EPSV, PASV, and some room. */
enum { MAX_CONNECTIONS = 8, MAX_RECEIVE = 65536 };

/* Without data_finish the server gets a reset, so that it does not take a part for the whole. */
struct data {
    int fd;
};

/* NULL, or what is wrong, for people. There is no TLS: without `clear_anywhere` the server has to be on this machine. */
const char *file_open(struct file *file, const char *path);
const char *control_connect(struct control *control, const char *host, const char *port, const char *password,
                            bool clear_anywhere);
/* From here on only the goodbye is waited for. */
void control_say_farewell(struct control *control);

enum failure control_receive(struct control *control, uint32_t limit, uint8_t *into, size_t *received);
enum failure control_send(struct control *control, const uint8_t *line, size_t length);
enum failure control_send_password(struct control *control);
enum failure control_open_data(struct control *control, uint16_t port, struct data *opened);
/* Moves nothing when the server has something to say, which is `spoken`, and at the end of the file. */
enum failure data_splice(struct data *data, struct control *control, struct file *file, uint64_t offset,
                         uint64_t length, uint64_t *moved, bool *spoken);
enum failure data_finish(struct data *data, struct control *control);
void data_close(struct data *data);

#endif
