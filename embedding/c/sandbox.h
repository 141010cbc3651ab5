/* The component in its sandbox: everything that is wasmtime's is in sandbox.c and imports.c. */

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

/* Runs the component in the file `wasm`. Returns false with `why` filled in when it failed. */
bool sandbox_upload(const char *wasm, struct loan *loan, const struct wish *wish, char *why, size_t size);

#endif
