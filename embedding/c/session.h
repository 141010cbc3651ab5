/* The exports of the component, for one file under one name. Functions return false with sandbox->why and
 * sandbox->trouble filled in when they fail. */

#ifndef SESSION_H
#define SESSION_H

#include "imports.h"

/* What lies on the server under the file's name, as far as it tells. */
struct found {
    enum { BYTES, HIDDEN, UNTOLD } kind;
    uint64_t bytes;
};

/* In the place of a time that the server does not tell. */
enum { NO_TIME = -1 };

bool session_open(struct sandbox *sandbox);
bool session_enter(struct sandbox *sandbox);
/* `sized` if the server has told the size, and it is right. */
bool session_store(struct sandbox *sandbox, uint64_t *sent, bool *sized);
bool session_look(struct sandbox *sandbox, struct found *found);
bool session_modified(struct sandbox *sandbox, int64_t *time);
void session_quit(struct sandbox *sandbox);
/* To be called once it was opened. */
void session_drop(struct sandbox *sandbox);

/* Takes a failure of wasmtime's for the component's. */
bool session_failed(struct sandbox *sandbox, wasmtime_error_t *error);

#endif
