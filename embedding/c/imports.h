/* What the component may call, and how values of the component model are made. All of it is wasmtime's, and only for
 * imports.c, sandbox.c, session.c and what they include. */

#ifndef IMPORTS_H
#define IMPORTS_H

#include "sandbox.h"

#include <wasmtime.h>
#include <wasmtime/component.h>

typedef wasmtime_component_val_t value;

/* The kinds of handles. A handle is a kind and a number, which is 0, or for a data connection its place. */
enum kind { CONTROL, DATA, LISTENER, SOURCE, SECRET, PROGRESS, KINDS };

struct sandbox;
typedef value handler(struct sandbox *sandbox, const value *given, const uint32_t *handles);

struct binding {
    struct sandbox *sandbox;
    handler *handler;
};

enum { METHODS = 17, MAX_GIVEN = 4 };

/* What an error means for a file of which every byte was sent: it is not stored; it may be; the server has said that it is,
 * and then something that does not fit. */
enum trouble { REFUSAL, LOSS, DISAGREEMENT };

struct sandbox {
    struct loan *loan;
    const struct wish *wish;
    struct data data[MAX_CONNECTIONS];
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
/* A case of a variant, with what it holds or NULL. */
value variant_value(const char *name, value *payload);
/* The values become the record's. */
value record_value(size_t size, const char *const *names, const value *values);
value handle_value(struct sandbox *sandbox, enum kind kind, uint32_t number);

/* Has `linker` give the component what it imports; `sandbox` has to outlive it. NULL, or what went wrong. */
wasmtime_error_t *imports_define(struct sandbox *sandbox, wasmtime_component_linker_t *linker);

#endif
