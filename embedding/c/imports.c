/* Connects the component's imports to sockets.h. In C, values of the component model are built and decomposed by hand;
 * the helpers for that come first. */

#include "imports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CAPABILITIES[] = "ftp-uploader:upload/capabilities@0.2.0";

static const char *const KIND_NAMES[] = {"control-connection", "data-connection", "listing-connection", "data-listener",
                                         "source-file",        "secret",          "progress"};

/* --- Values --- */

static value bytes_value(const void *bytes, size_t length) {
    value list = {.kind = WASMTIME_COMPONENT_LIST};
    wasmtime_component_vallist_new_uninit(&list.of.list, length);
    for (size_t i = 0; i < length; i++)
        list.of.list.data[i] = (value){.kind = WASMTIME_COMPONENT_U8, .of.u8 = ((const uint8_t *)bytes)[i]};
    return list;
}

value text_value(const char *text) { return bytes_value(text, strlen(text)); }

value variant_value(const char *name, value *payload) {
    value variant = {.kind = WASMTIME_COMPONENT_VARIANT};
    wasm_name_new(&variant.of.variant.discriminant, strlen(name), name);
    if (payload) variant.of.variant.val = wasmtime_component_val_new(payload);
    return variant;
}

value enum_value(const char *name) {
    value picked = {.kind = WASMTIME_COMPONENT_ENUM};
    wasm_name_new(&picked.of.enumeration, strlen(name), name);
    return picked;
}

value record_value(size_t size, const char *const *names, const value *values) {
    value record = {.kind = WASMTIME_COMPONENT_RECORD};
    wasmtime_component_valrecord_new_uninit(&record.of.record, size);
    for (size_t i = 0; i < size; i++) {
        wasm_name_new(&record.of.record.data[i].name, strlen(names[i]), names[i]);
        record.of.record.data[i].val = values[i];
    }
    return record;
}

/* Copies at most `size` bytes of a list. */
static size_t bytes_of(const value *list, uint8_t *into, size_t size) {
    size_t length = list->of.list.size < size ? list->of.list.size : size;
    for (size_t i = 0; i < length; i++) into[i] = list->of.list.data[i].of.u8;
    return length;
}

value handle_value(struct sandbox *sandbox, enum kind kind, uint32_t number) {
    value handle = {.kind = WASMTIME_COMPONENT_RESOURCE};
    wasmtime_component_resource_host_t *host = wasmtime_component_resource_host_new(true, number, kind);
    wasmtime_error_t *error = wasmtime_component_resource_host_to_any(sandbox->context, host, &handle.of.resource);
    wasmtime_component_resource_host_delete(host);
    if (error) abort(); /* Impossible, except for a type that is not ours. */
    return handle;
}

static value ok(value payload) {
    return (value){.kind = WASMTIME_COMPONENT_RESULT,
                   .of.result = {.is_ok = true, .val = wasmtime_component_val_new(&payload)}};
}

static value error_value(value payload) {
    return (value){.kind = WASMTIME_COMPONENT_RESULT, .of.result = {.val = wasmtime_component_val_new(&payload)}};
}

/* result<_, io-error> */
static value outcome(enum failure failure) {
    if (failure != NONE) return error_value(enum_value(FAILURES[failure]));
    return (value){.kind = WASMTIME_COMPONENT_RESULT, .of.result.is_ok = true};
}

/* --- Imports --- */

static value receive(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    static _Thread_local uint8_t received[MAX_RECEIVE];
    size_t count = 0;
    (void)handles;
    enum failure failure = control_receive(&sandbox->loan->control, given[1].of.u32, received, &count);
    return failure == NONE ? ok(bytes_value(received, count)) : outcome(failure);
}

static value pending(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given, (void)handles;
    return (value){.kind = WASMTIME_COMPONENT_BOOL, .of.boolean = control_pending(&sandbox->loan->control)};
}

/* There is only one kind of notice. */
static value noticed(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    fputs("The server refuses UTF-8; a name beyond ASCII may look different there.\n", stderr);
    return (value){.kind = WASMTIME_COMPONENT_BOOL};
}

/* This example has no TLS. A TLS library would be used in sockets.c. */
static value secure(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return outcome(INSECURE);
}

static value send_lines(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    /* One byte more than is allowed: bytes that are too many are then denied, and not cut off. */
    static _Thread_local uint8_t lines[MAX_FLIGHT * MAX_COMMAND + 1];
    (void)handles;
    return outcome(control_send(&sandbox->loan->control, lines, bytes_of(&given[1], lines, sizeof lines)));
}

static value send_password(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given, (void)handles;
    return outcome(control_send_password(&sandbox->loan->control));
}

static value open_data(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    struct control *control = &sandbox->loan->control;
    uint32_t place = control->connections;
    (void)handles;
    struct data opened;
    enum failure failure = control_open_data(control, given[1].of.u16, &opened);
    if (failure != NONE) return outcome(failure);
    sandbox->data[place] = opened;
    return ok(handle_value(sandbox, DATA, place));
}

static value open_listing(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    struct control *control = &sandbox->loan->control;
    uint32_t place = control->connections;
    (void)handles;
    struct listing opened;
    enum failure failure = control_open_listing(control, given[1].of.u16, &opened);
    if (failure != NONE) return outcome(failure);
    sandbox->listings[place] = opened;
    return ok(handle_value(sandbox, LISTING, place));
}

static value receive_listing(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    static _Thread_local uint8_t received[MAX_RECEIVE];
    size_t count = 0;
    enum failure failure = listing_receive(&sandbox->listings[handles[0]], &sandbox->loan->control, given[1].of.u32,
                                           received, &count);
    return failure == NONE ? ok(bytes_value(received, count)) : outcome(failure);
}

static value splice_file(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    struct loan *loan = sandbox->loan;
    value moved = {.kind = WASMTIME_COMPONENT_U64};
    bool spoken;
    enum failure failure = data_splice(&sandbox->data[handles[0]], &loan->control, &loan->file, given[2].of.u64,
                                       given[3].of.u64, &moved.of.u64, &spoken);
    if (failure != NONE) {
        value cause = enum_value(FAILURES[failure]);
        return error_value(variant_value(failure >= SHRANK ? "source" : "connection", &cause));
    }
    if (moved.of.u64 == 0) return ok(variant_value(spoken ? "heard" : "end", NULL));
    if (loan->show) loan->show(loan->file.sent, loan->file.size, loan->context);
    return ok(variant_value("bytes", &moved));
}

static value shut_down(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given;
    return outcome(data_shutdown(&sandbox->data[handles[0]], &sandbox->loan->control, &sandbox->loan->file));
}

static value finish(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given;
    return outcome(data_finish(&sandbox->data[handles[0]], &sandbox->loan->control, &sandbox->loan->file));
}

static value size(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given, (void)handles;
    value bytes = {.kind = WASMTIME_COMPONENT_U64, .of.u64 = sandbox->loan->file.size};
    return (value){.kind = WASMTIME_COMPONENT_OPTION, .of.option = wasmtime_component_val_new(&bytes)};
}

/* This example has no hashes; the plan in session.c says `verify: size`, so the component never asks for one. */
static value digest(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return outcome(UNREADABLE);
}

/* Active mode is not supported. No data-listener exists, so its functions cannot be called. */
static value denied(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return outcome(DENIED);
}

static value nothing(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return (value){.kind = WASMTIME_COMPONENT_BOOL};
}

static const struct {
    const char *name;
    handler *handler;
} IMPORTS[METHODS] = {
    {"[method]control-connection.receive", receive},
    {"[method]control-connection.pending", pending},
    {"[method]control-connection.secure", secure},
    {"[method]control-connection.send", send_lines},
    {"[method]control-connection.send-password", send_password},
    {"[method]control-connection.open-data", open_data},
    {"[method]control-connection.open-listing", open_listing},
    {"[method]control-connection.listen-data", denied},
    {"[method]data-listener.endpoint", denied},
    {"[method]data-listener.accept", denied},
    {"[method]data-listener.accept-listing", denied},
    {"[method]listing-connection.secure", secure},
    {"[method]listing-connection.receive", receive_listing},
    {"[method]data-connection.secure", secure},
    {"[method]data-connection.splice", splice_file},
    {"[method]data-connection.shutdown", shut_down},
    {"[method]data-connection.finish", finish},
    {"[method]source-file.size", size},
    {"[method]source-file.prepare-digest", nothing},
    {"[method]source-file.digest", digest},
    {"[method]progress.entered", nothing},
    {"[method]progress.noticed", noticed},
};

/* Handles every call of the component. Each handle must be taken, because one that is not taken makes the call fail. */
static wasmtime_error_t *answer(void *data, wasmtime_context_t *context, const wasmtime_component_func_type_t *type,
                                value *given, size_t count, value *results, size_t wanted) {
    struct binding *binding = data;
    uint32_t handles[MAX_GIVEN] = {0};
    (void)type;
    for (size_t i = 0; i < count && i < MAX_GIVEN; i++) {
        if (given[i].kind != WASMTIME_COMPONENT_RESOURCE) continue;
        wasmtime_component_resource_host_t *host;
        wasmtime_error_t *error = wasmtime_component_resource_any_to_host(context, given[i].of.resource, &host);
        if (error) return error;
        handles[i] = wasmtime_component_resource_host_rep(host);
        wasmtime_component_resource_host_delete(host);
    }
    value result = binding->handler(binding->sandbox, given, handles);
    if (wanted > 0) results[0] = result;
    return NULL;
}

static wasmtime_error_t *data_dropped(void *data, wasmtime_context_t *context, uint32_t place) {
    (void)context;
    data_close(&((struct sandbox *)data)->data[place]);
    return NULL;
}

static wasmtime_error_t *listing_dropped(void *data, wasmtime_context_t *context, uint32_t place) {
    (void)context;
    listing_close(&((struct sandbox *)data)->listings[place]);
    return NULL;
}

static wasmtime_error_t *dropped(void *data, wasmtime_context_t *context, uint32_t number) {
    (void)data, (void)context, (void)number; /* The caller of ftp_upload has these, and closes them. */
    return NULL;
}

void imports_close(struct sandbox *sandbox) {
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (sandbox->data[i].fd >= 0) data_close(&sandbox->data[i]);
        if (sandbox->listings[i].fd >= 0) listing_close(&sandbox->listings[i]);
    }
}

wasmtime_error_t *imports_define(struct sandbox *sandbox, wasmtime_component_linker_t *linker) {
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) sandbox->data[i].fd = sandbox->listings[i].fd = -1;
    wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(linker), *imports;
    wasmtime_error_t *error =
        wasmtime_component_linker_instance_add_instance(root, CAPABILITIES, strlen(CAPABILITIES), &imports);
    if (error) goto without_imports;
    for (uint32_t kind = 0; kind < KINDS && !error; kind++) {
        wasmtime_component_resource_type_t *type = wasmtime_component_resource_type_new_host(kind);
        wasmtime_error_t *(*drop)(void *, wasmtime_context_t *, uint32_t) =
            kind == DATA ? data_dropped : kind == LISTING ? listing_dropped : dropped;
        error = wasmtime_component_linker_instance_add_resource(imports, KIND_NAMES[kind], strlen(KIND_NAMES[kind]),
                                                                type, drop, sandbox,
                                                                NULL);
        wasmtime_component_resource_type_delete(type);
    }
    for (size_t i = 0; i < METHODS && !error; i++) {
        sandbox->bindings[i] = (struct binding){.sandbox = sandbox, .handler = IMPORTS[i].handler};
        error = wasmtime_component_linker_instance_add_func(imports, IMPORTS[i].name, strlen(IMPORTS[i].name), answer,
                                                            &sandbox->bindings[i], NULL);
    }
    wasmtime_component_linker_instance_delete(imports);
without_imports:
    wasmtime_component_linker_instance_delete(root);
    return error;
}
