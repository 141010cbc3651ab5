/* The component in its sandbox. Only sandbox.c, session.c and imports.c use wasmtime. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include "sockets.h"

/* The capabilities that the component gets, and a callback after each transferred part of the file, or NULL. */
struct loan {
    struct control control;
    struct file file;
    void (*show)(uint64_t sent, uint64_t size, void *context);
    void *context;
};

/* The user name, and the directory and name to store the file under. Names on FTP servers are bytes. */
struct wish {
    const char *user, *directory, *name;
    /* Gets each name in the directory afterwards, or is NULL. */
    void (*list)(const unsigned char *name, size_t length, void *context);
    void *context;
};

/* The outcome of an upload: the exit statuses of the program ftp-uploader. */
enum outcome { STORED = 0, FAILED = 1, IN_DOUBT = 10 };

/* Runs the component from the file `wasm`. Afterwards `why` has the proof of the server's success, or the error. */
enum outcome sandbox_upload(const char *wasm, struct loan *loan, const struct wish *wish, char *why, size_t size);

#endif
