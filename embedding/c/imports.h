/* The functions that the component may call, and constructors for values of the component model. Everything here
 * depends on wasmtime, and is only for imports.c, sandbox.c, session.c and their headers. */

#ifndef IMPORTS_H
#define IMPORTS_H

#include "sandbox.h"

#include <wasmtime.h>
#include <wasmtime/component.h>

typedef wasmtime_component_val_t value;

/* The kinds of handles. A handle has a kind and a number: 0, or the index of a data connection or listing. */
enum kind { CONTROL, DATA, LISTING, LISTENER, SOURCE, SECRET, PROGRESS, KINDS };

struct sandbox;
typedef value handler(struct sandbox *sandbox, const value *given, const uint32_t *handles);

struct binding {
    struct sandbox *sandbox;
    handler *handler;
};

enum { METHODS = 22, MAX_GIVEN = 4 };

/* The consequence of an error for a file of which every byte was sent: it is not stored (REFUSAL); it may be stored
 * (LOSS); or the server has replied that it is stored, and then contradicted that (DISAGREEMENT). */
enum trouble { REFUSAL, LOSS, DISAGREEMENT };

struct sandbox {
    struct loan *loan;
    const struct wish *wish;
    struct data data[MAX_CONNECTIONS];
    struct listing listings[MAX_CONNECTIONS];
    struct binding bindings[METHODS];
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_component_instance_t instance;
    value opened; /* The session. */
    enum trouble trouble;
    char *why;
    size_t why_size;
};

value text_value(const char *text);
value enum_value(const char *name);
/* Returns a case of a variant, with its payload or NULL. */
value variant_value(const char *name, value *payload);
/* Returns a record, which takes the ownership of the values. */
value record_value(size_t size, const char *const *names, const value *values);
value handle_value(struct sandbox *sandbox, enum kind kind, uint32_t number);

/* Defines the component's imports in `linker`; `sandbox` must live longer than the linker. Returns NULL, or the
 * error. */
wasmtime_error_t *imports_define(struct sandbox *sandbox, wasmtime_component_linker_t *linker);
/* Closes the connections that the component still has after imports_define. Without its end, a file ends with a reset. */
void imports_close(struct sandbox *sandbox);

#endif
