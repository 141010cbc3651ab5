/* The component in its sandbox: everything that is wasmtime's is in sandbox.c,
 * session.c and imports.c. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include "lent.h"

/* What is lent, and who is told after each move of the file. */
struct loan {
    struct control control;
    struct file file;
    void (*show)(const struct file *file);
};

/* What of the file to put where. Bytes, as names on FTP servers are. */
struct wish {
    const char *user, *directory, *name;
};

/* How an upload ended: exit statuses, as of the program ftp-uploader. */
enum outcome { STORED = 0, FAILED = 1, IN_DOUBT = 10 };

/* Runs the component in the file `wasm`. `why` is then what backs the server's word up, or what went wrong. */
enum outcome sandbox_upload(const char *wasm, struct loan *loan, const struct wish *wish, char *why, size_t size);

#endif
