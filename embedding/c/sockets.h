/* The capabilities that the component gets: a connection to one server, one file, one password, and a deadline for
 * every wait.
 *
 * Each function does what wit/capabilities.wit specifies for the function with the same name. This file is
 * independent of WebAssembly; imports.c connects the functions to the component's imports. */

#ifndef SOCKETS_H
#define SOCKETS_H

#include "authority.h"
#include "replies.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* The cases of io-error, then those of source-error. */
enum failure { NONE, CLOSED, RESET, TIMED_OUT, REFUSED, UNREACHABLE, DENIED, INSECURE, SHRANK, UNREADABLE };
extern const char *const FAILURES[];

/* The file, which is opened before anything is sent. Its size at that moment is the number of bytes to send. They go
 * over one connection (`carrier`), in order and once, and `sent` counts them. `finished` is set when that connection
 * has sent the end of the file. */
struct file {
    int fd;
    uint64_t size, sent;
    struct stat opened; /* The file's status when it was opened. */
    const struct data *carrier;
    bool finished;
};

/* The limits for one file: data connections (EPSV, PASV, and a reserve), commands sent, bytes received. */
enum { MAX_CONNECTIONS = 8, MAX_LINES = 512, MAX_RECEIVED = 2 << 20 };

/* The bytes of one listing. */
enum { MAX_LISTED = 64 << 20 };

/* The limits for commands sent at once, and since bytes were received; the bytes of one command. */
enum { MAX_FLIGHT = 8, MAX_UNANSWERED = 16, MAX_COMMAND = 16384 };

/* In bytes: one receive, and one line in the reply to the password. Longer lines are passed on in pieces. */
enum { MAX_RECEIVE = 65536, MAX_LINE = 8192 };

struct control {
    int fd;
    struct sockaddr_storage peer;
    socklen_t peer_length;
    double timeout, due;
    unsigned connections, lines, unanswered; /* `unanswered`: the lines sent since bytes were received. */
    size_t received;
    const char *password;
    bool password_sent;
    struct authority authority; /* The commands that the present call of the component may send. */
    struct replies replies;
    size_t masked_length; /* The length of a masked line of the reply to the password that was not passed on yet. */
    char masked[4 * MAX_LINE];
};

/* Without data_shutdown the connection ends with a reset, so that the server does not take a partial file for a
 * complete one. */
struct data {
    int fd;
    bool may_finish; /* True between data_shutdown and data_finish. */
};

/* A data connection that only receives. */
struct listing {
    int fd;
    size_t left; /* The bytes that may still be received. */
    bool ended;  /* True if the server has closed its side. */
};

/* Returns NULL, or an error message. There is no TLS: without `clear_anywhere` the server must be `localhost`, a
 * name below that, or a loopback address. */
const char *file_open(struct file *file, const char *path);
/* Returns true if the content may have changed since the file was opened. */
bool file_has_changed(const struct file *file);
const char *control_connect(struct control *control, const char *host, const char *port, const char *password,
                            bool clear_anywhere);
/* From now on, uses the short timeout of QUIT. */
void control_say_farewell(struct control *control);

enum failure control_receive(struct control *control, uint32_t limit, uint8_t *into, size_t *received);
/* Returns true if control_receive would return at once, with bytes or the end. */
bool control_pending(const struct control *control);
/* Sends one to MAX_FLIGHT lines. */
enum failure control_send(struct control *control, const uint8_t *lines, size_t length);
enum failure control_send_password(struct control *control);
enum failure control_open_data(struct control *control, uint16_t port, struct data *opened);
enum failure control_open_listing(struct control *control, uint16_t port, struct listing *opened);
/* Receives at least one byte; none at the end. */
enum failure listing_receive(struct listing *listing, struct control *control, uint32_t limit, uint8_t *into,
                             size_t *received);
void listing_close(struct listing *listing);
/* Moves nothing if the server has sent a reply (then `spoken` is set), or at the end of the file. */
enum failure data_splice(struct data *data, struct control *control, struct file *file, uint64_t offset,
                         uint64_t length, uint64_t *moved, bool *spoken);
enum failure data_shutdown(struct data *data, struct control *control, struct file *file);
/* Waits for the server to close its side; calls data_shutdown first if that was not done. */
enum failure data_finish(struct data *data, struct control *control, struct file *file);
void data_close(struct data *data);

#endif
