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
#include <sys/stat.h>

/* The cases of io-error, then those of source-error. */
enum failure { NONE, CLOSED, RESET, TIMED_OUT, REFUSED, UNREACHABLE, DENIED, INSECURE, SHRANK, UNREADABLE };
extern const char *const FAILURES[];

/* Opened before anything is sent. As many bytes as it has then are sent, over one connection, in order and once; those
 * that were, are counted. Finished when that connection has said that this is all. */
struct file {
    int fd;
    uint64_t size, sent;
    struct stat opened; /* What the system said about it then. */
    const struct data *carrier;
    bool finished;
};

/* What one file may use up: data connections (EPSV, PASV, and some room), lines sent, bytes received. */
enum { MAX_CONNECTIONS = 8, MAX_LINES = 512, MAX_RECEIVED = 2 << 20 };

/* Bytes: of one receive, and of a line in the reply to the password; longer ones are given on in pieces. */
enum { MAX_RECEIVE = 65536, MAX_LINE = 8192 };

struct control {
    int fd;
    struct sockaddr_storage peer;
    socklen_t peer_length;
    double timeout, due;
    unsigned connections, lines;
    size_t received;
    const char *password;
    bool password_sent, password_may_come;
    size_t masked_length; /* A line of the reply to the password, not given on yet. */
    char masked[4 * MAX_LINE];
};

/* Without data_finish the server gets a reset, so that it does not take a part for the whole. */
struct data {
    int fd;
};

/* NULL, or what is wrong, for people. There is no TLS: without `clear_anywhere` the server has to be `localhost`,
 * a name below that, or a loopback address. */
const char *file_open(struct file *file, const char *path);
/* Whether it may hold other bytes than when it was opened. */
bool file_has_changed(const struct file *file);
const char *control_connect(struct control *control, const char *host, const char *port, const char *password,
                            bool clear_anywhere);
/* From here on only the goodbye is waited for. */
void control_say_farewell(struct control *control);

enum failure control_receive(struct control *control, uint32_t limit, uint8_t *into, size_t *received);
/* Whether control_receive has something to give, bytes or the end. */
bool control_pending(const struct control *control);
enum failure control_send(struct control *control, const uint8_t *line, size_t length);
enum failure control_send_password(struct control *control);
enum failure control_open_data(struct control *control, uint16_t port, struct data *opened);
/* Moves nothing when the server has something to say, which is `spoken`, and at the end of the file. */
enum failure data_splice(struct data *data, struct control *control, struct file *file, uint64_t offset,
                         uint64_t length, uint64_t *moved, bool *spoken);
enum failure data_finish(struct data *data, struct control *control, struct file *file);
void data_close(struct data *data);

#endif
