/* The exports of the component, for one file under one name. On failure the functions return false, and set
 * sandbox->why and sandbox->trouble. */

#ifndef SESSION_H
#define SESSION_H

#include "imports.h"

/* The file under this name on the server, according to the server's answer. */
struct found {
    enum { BYTES, HIDDEN, UNTOLD } kind;
    uint64_t bytes;
};

/* Stands for a time that the server did not return. */
enum { NO_TIME = -1 };

bool session_open(struct sandbox *sandbox);
bool session_enter(struct sandbox *sandbox);
/* Sets `sized` if the server returned the correct size. */
bool session_store(struct sandbox *sandbox, uint64_t *sent, bool *sized);
bool session_look(struct sandbox *sandbox, struct found *found);
bool session_modified(struct sandbox *sandbox, int64_t *time);
/* Passes the names in the directory on to sandbox->wish->list. */
bool session_list(struct sandbox *sandbox);
void session_quit(struct sandbox *sandbox);
/* Must be called if session_open succeeded. */
void session_drop(struct sandbox *sandbox);

/* Converts an error of wasmtime to an error of the component. Returns false if there is none. */
bool session_failed(struct sandbox *sandbox, wasmtime_error_t *error);

#endif
