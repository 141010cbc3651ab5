/* The sockets, for Linux. See sockets.h; the file is opened in file.c. */

#define _GNU_SOURCE
#include "sockets.h"
#include "address.h"
#include "mask.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

static const double TIMEOUT = 60; /* The maximum silence of the server, in seconds. */
static const double CONNECT_TIMEOUT = 15;
static const double FAREWELL = 2; /* For QUIT, whose reply does not change the outcome. */
static const double GRACE = 1;    /* For the end of a data connection after the reply has arrived. */
static const double LOOK = 0.5;   /* The interval at which the send queue is checked. */
enum { FIRST_DATA_PORT = 1024 };

const char *const FAILURES[] = {"none",        "closed", "reset",    "timed-out", "refused",
                                "unreachable", "denied", "insecure", "shrank",    "unreadable"};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Restarts the deadline, after something was sent or has moved. */
static void mark(struct control *control) { control->due = now() + control->timeout; }

static enum failure cause(int error) {
    switch (error) {
    case ETIMEDOUT: return TIMED_OUT;
    case ECONNREFUSED: return REFUSED;
    case EHOSTUNREACH: case ENETUNREACH: case EADDRNOTAVAIL: return UNREACHABLE;
    default: return RESET;
    }
}

/* Waits for one of the events until the deadline. Returns false if it has passed, or if poll fails. */
static bool await(struct pollfd *events, nfds_t count, double until) {
    double left;
    while ((left = until - now()) > 0) {
        int ready = poll(events, count, (int)(left * 1000) + 1);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
    return false;
}

static bool await_one(int fd, short event, double until) {
    struct pollfd events = {.fd = fd, .events = event};
    return await(&events, 1, until);
}

static enum failure dial(const struct sockaddr *address, socklen_t length, int *connected) {
    int error = 0, on = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof error;
    if (fd < 0) return cause(errno);
    if (connect(fd, address, length) < 0) error = errno;
    if (error == EINPROGRESS) {
        if (!await_one(fd, POLLOUT, now() + CONNECT_TIMEOUT)) error = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
    }
    if (error != 0) {
        close(fd);
        return cause(error);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *connected = fd;
    return NONE;
}

const char *control_connect(struct control *control, const char *host, const char *port, const char *password,
                            bool clear_anywhere) {
    struct addrinfo *addresses, hints = {.ai_socktype = SOCK_STREAM};
    int unresolved = getaddrinfo(host, port, &hints, &addresses);
    if (unresolved) return gai_strerror(unresolved);
    *control = (struct control){.fd = -1, .timeout = TIMEOUT, .password = password, .replies = NO_REPLIES};
    enum failure failure = UNREACHABLE;
    bool stays_here = names_this_machine(host);
    for (struct addrinfo *each = addresses; each && control->fd < 0; each = each->ai_next) {
        if (!clear_anywhere && !(stays_here && is_loopback(each->ai_addr))) {
            failure = INSECURE;
            continue;
        }
        failure = dial(each->ai_addr, each->ai_addrlen, &control->fd);
        memcpy(&control->peer, each->ai_addr, each->ai_addrlen);
        control->peer_length = each->ai_addrlen;
    }
    freeaddrinfo(addresses);
    mark(control);
    if (failure == INSECURE) return "there is no TLS here; ftp:// before it would send the password in clear";
    return failure == NONE ? NULL : FAILURES[failure];
}

void control_say_farewell(struct control *control) { control->timeout = FAREWELL; }

static enum failure receive_some(struct control *control, void *into, size_t most, size_t *received) {
    if (!await_one(control->fd, POLLIN, control->due)) return TIMED_OUT;
    ssize_t count = recv(control->fd, into, most, 0);
    if (count < 0) return cause(errno);
    *received = (size_t)count;
    return count == 0 ? CLOSED : NONE;
}

/* Some servers repeat the password in their reply to it. That reply is held back until a line is complete, and
 * masked. */
static enum failure mask_line(struct control *control) {
    char line[MAX_LINE];
    size_t length = 0, received;
    while (length < sizeof line && (length == 0 || line[length - 1] != '\n')) {
        enum failure failure = receive_some(control, line + length, 1, &received);
        if (failure != NONE) return failure;
        length++;
    }
    control->masked_length = mask(control->password, line, length, control->masked);
    replies_take(&control->replies, line, length);
    return NONE;
}

enum failure control_receive(struct control *control, uint32_t limit, uint8_t *into, size_t *received) {
    enum failure failure = NONE;
    size_t most = limit < 1 ? 1 : limit > MAX_RECEIVE ? MAX_RECEIVE : limit;
    if (most > MAX_RECEIVED - control->received) most = MAX_RECEIVED - control->received;
    if (most == 0) return DENIED;
    if (control->replies.masks && control->masked_length == 0) failure = mask_line(control);
    if (failure == NONE && control->masked_length > 0) {
        *received = most < control->masked_length ? most : control->masked_length;
        memcpy(into, control->masked, *received);
        control->masked_length -= *received;
        memmove(control->masked, control->masked + *received, control->masked_length);
    } else if (failure == NONE) {
        failure = receive_some(control, into, most, received);
        if (failure == NONE) replies_take(&control->replies, (const char *)into, *received);
    }
    if (failure != NONE) return failure;
    control->received += *received;
    control->unanswered = 0;
    return NONE;
}

bool control_pending(const struct control *control) {
    struct pollfd event = {.fd = control->fd, .events = POLLIN};
    return control->masked_length > 0 || poll(&event, 1, 0) > 0;
}

/* Returns true if `lines` lines may be sent now, and counts them. */
static bool use_up_lines(struct control *control, unsigned lines) {
    if (control->lines + lines > MAX_LINES || control->unanswered + lines > MAX_UNANSWERED) return false;
    control->lines += lines;
    control->unanswered += lines;
    return true;
}

static enum failure send_all(struct control *control, const char *bytes, size_t length) {
    mark(control);
    while (length > 0) {
        if (!await_one(control->fd, POLLOUT, control->due)) return TIMED_OUT;
        ssize_t sent = send(control->fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0) return cause(errno);
        bytes += sent;
        length -= (size_t)sent;
    }
    return NONE;
}

/* Returns true if these bytes are one line, one command, and not PASS. */
static bool is_command(const char *line, size_t length) {
    if (length < 2 || length > MAX_COMMAND || memcmp(line + length - 2, "\r\n", 2) != 0) return false;
    for (size_t i = 0; i < length - 2; i++)
        if (line[i] == '\r' || line[i] == '\n' || line[i] == 0 || (unsigned char)line[i] == 0xff) return false;
    /* PASS is refused whatever character follows the verb, because servers differ in the end of a command that they
     * recognize. */
    size_t verb = 0;
    while (isalnum((unsigned char)line[verb])) verb++;
    return verb > 0 && !(verb == 4 && strncasecmp(line, "PASS", 4) == 0);
}

enum failure control_send(struct control *control, const uint8_t *lines, size_t length) {
    const char *text = (const char *)lines, *end = text + length;
    unsigned count = 0;
    for (const char *line = text; line < end || count == 0; count++) {
        const char *line_end = length > 0 ? memchr(line, '\n', (size_t)(end - line)) : NULL;
        if (count == MAX_FLIGHT || line_end == NULL || !is_command(line, (size_t)(line_end + 1 - line))) return DENIED;
        if (!authority_permits(&control->authority, line, (size_t)(line_end + 1 - line))) return DENIED;
        line = line_end + 1;
    }
    if (!use_up_lines(control, count)) return DENIED;
    for (const char *line = text; line < end; line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1)
        authority_sent(&control->authority, line);
    replies_expect(&control->replies, count);
    return send_all(control, text, length);
}

enum failure control_send_password(struct control *control) {
    char line[MAX_COMMAND];
    if (control->password_sent || !authority_is(&control->authority, "open")) return DENIED;
    control->password_sent = true;
    if (!use_up_lines(control, 1)) return DENIED;
    int length = snprintf(line, sizeof line, "PASS %s\r\n", control->password);
    if (length < 0 || (size_t)length >= sizeof line) return DENIED;
    replies_expect_password(&control->replies);
    enum failure failure = send_all(control, line, (size_t)length);
    explicit_bzero(line, sizeof line);
    return failure;
}

/* Sets how the connection ends, in every case: data_close, an exit, or a signal. */
static void reset_at_end(struct data *data, bool reset) {
    struct linger linger = {.l_onoff = reset};
    setsockopt(data->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static enum failure dial_port(struct control *control, uint16_t port, int *connected) {
    /* A server that names a lower port may try to make us connect to another service. */
    if (port < FIRST_DATA_PORT || control->connections == MAX_CONNECTIONS) return DENIED;
    struct sockaddr_storage peer = control->peer;
    if (peer.ss_family == AF_INET6) ((struct sockaddr_in6 *)&peer)->sin6_port = htons(port);
    else ((struct sockaddr_in *)&peer)->sin_port = htons(port);
    control->connections++;
    enum failure failure = dial((struct sockaddr *)&peer, control->peer_length, connected);
    if (failure == NONE) mark(control); /* No command may follow before the data. */
    return failure;
}

enum failure control_open_data(struct control *control, uint16_t port, struct data *opened) {
    opened->may_finish = false;
    enum failure failure = dial_port(control, port, &opened->fd);
    if (failure == NONE) reset_at_end(opened, true);
    return failure;
}

enum failure control_open_listing(struct control *control, uint16_t port, struct listing *opened) {
    if (!authority_is(&control->authority, "list")) return DENIED;
    opened->left = MAX_LISTED;
    opened->ended = false;
    return dial_port(control, port, &opened->fd);
}

enum failure listing_receive(struct listing *listing, struct control *control, uint32_t limit, uint8_t *into,
                             size_t *received) {
    size_t most = limit < 1 ? 1 : limit > MAX_RECEIVE ? MAX_RECEIVE : limit;
    *received = 0;
    if (listing->ended) return NONE;
    if (most > listing->left) most = listing->left;
    if (most == 0) return DENIED;
    if (!await_one(listing->fd, POLLIN, now() + control->timeout)) return TIMED_OUT;
    ssize_t count = recv(listing->fd, into, most, 0);
    if (count < 0) return cause(errno);
    *received = (size_t)count;
    listing->left -= *received;
    listing->ended = count == 0;
    mark(control); /* The final reply has its full time after the last byte. */
    return NONE;
}

void listing_close(struct listing *listing) {
    close(listing->fd);
    listing->fd = -1;
}

static int unacknowledged(int fd) {
    int queued = 0;
    return ioctl(fd, SIOCOUTQ, &queued) < 0 ? 0 : queued;
}

/* Waits for the data connection to be ready, or for a reply on the control connection, which has priority. */
static enum failure await_turn(struct data *data, struct control *control, short event, bool *spoken) {
    int queued = unacknowledged(data->fd);
    for (;;) {
        struct pollfd events[] = {{.fd = control->fd, .events = POLLIN}, {.fd = data->fd, .events = event}};
        double look = now() + LOOK;
        bool ready = await(events, 2, look < control->due ? look : control->due);
        /* A server that still takes bytes from our send queue is slow, but alive. */
        int left = unacknowledged(data->fd);
        if (left < queued) {
            queued = left;
            mark(control);
        }
        *spoken = ready && events[0].revents;
        if (ready && !*spoken) return NONE;
        if (now() >= control->due) return TIMED_OUT;
        if (*spoken) return NONE;
    }
}

static bool carries(const struct data *data, const struct file *file) {
    return (file->carrier == NULL || file->carrier == data) && !file->finished;
}

enum failure data_splice(struct data *data, struct control *control, struct file *file, uint64_t offset,
                         uint64_t length, uint64_t *moved, bool *spoken) {
    uint64_t left = offset < file->size ? file->size - offset : 0;
    *moved = 0;
    *spoken = false;
    if (length > left) length = left;
    /* The file must be sent in order. */
    if (length > 0 && !(carries(data, file) && offset == file->sent)) return DENIED;
    while (length > 0) {
        enum failure failure = await_turn(data, control, POLLOUT, spoken);
        if (failure != NONE || *spoken) return failure;
        off_t position = (off_t)offset;
        ssize_t sent = sendfile(data->fd, file->fd, &position, length);
        if (sent == 0) return SHRANK;
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (sent < 0) return errno == EIO ? UNREADABLE : cause(errno);
        mark(control);
        *moved = (uint64_t)sent;
        file->sent = offset + *moved;
        file->carrier = data;
        return NONE;
    }
    return NONE;
}

enum failure data_shutdown(struct data *data, struct control *control, struct file *file) {
    if (!carries(data, file)) return DENIED;
    file->finished = true;
    reset_at_end(data, false);
    if (shutdown(data->fd, SHUT_WR) < 0) return cause(errno);
    mark(control);
    data->may_finish = true;
    return NONE;
}

enum failure data_finish(struct data *data, struct control *control, struct file *file) {
    bool replied;
    char ignored[4096];
    enum failure failure = file->finished ? NONE : data_shutdown(data, control, file);
    if (failure != NONE) return failure;
    if (!data->may_finish) return DENIED;
    data->may_finish = false;
    mark(control);
    failure = await_turn(data, control, POLLIN, &replied);
    if (failure != NONE) return failure;
    /* If the reply has arrived, it decides the outcome, so the end of this connection is awaited for a short time
     * only. */
    double until = replied ? now() + GRACE : control->due;
    ssize_t count = 1;
    while (count > 0) {
        if (!await_one(data->fd, POLLIN, until)) return replied ? NONE : TIMED_OUT;
        count = recv(data->fd, ignored, sizeof ignored, 0);
    }
    mark(control);
    return count < 0 ? cause(errno) : NONE;
}

void data_close(struct data *data) {
    close(data->fd);
    data->fd = -1;
}
