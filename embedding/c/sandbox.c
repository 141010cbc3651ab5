/* Ties the component's imports to lent.h, and calls its exports. Values of the component model are built and taken
 * apart by hand in C: the helpers for that come first, the imports after them, the upload last. */

#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasmtime.h>
#include <wasmtime/component.h>

static const int64_t MEMORY = 4 << 20;      /* Bytes. The component needs 1.2 MiB. */
static const uint64_t FUEL = 1000000000;    /* Instructions, about; and one more for each 8 bytes of the file. */
static const char CAPABILITIES[] = "ftp-uploader:upload/capabilities@0.1.0";
static const char UPLOAD[] = "ftp-uploader:upload/upload@0.1.0";

typedef wasmtime_component_val_t value;

/* The kinds of handles. A handle is a kind and a number, which is 0, or for a data connection its place. */
enum kind { CONTROL, DATA, LISTENER, SOURCE, SECRET, PROGRESS, KINDS };
static const char *const KIND_NAMES[] = {"control-connection", "data-connection", "data-listener",
                                         "source-file",        "secret",          "progress"};

struct sandbox;
typedef value handler(struct sandbox *sandbox, const value *given, const uint32_t *handles);

struct binding {
    struct sandbox *sandbox;
    handler *handler;
};

enum { METHODS = 15, MAX_GIVEN = 4 };

struct sandbox {
    struct loan *loan;
    struct data data[MAX_CONNECTIONS];
    struct binding bindings[METHODS];
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_component_instance_t instance;
    char *why;
    size_t why_size;
};

/* --- Values --- */

static value bytes_value(const void *bytes, size_t length) {
    value list = {.kind = WASMTIME_COMPONENT_LIST};
    wasmtime_component_vallist_new_uninit(&list.of.list, length);
    for (size_t i = 0; i < length; i++)
        list.of.list.data[i] = (value){.kind = WASMTIME_COMPONENT_U8, .of.u8 = ((const uint8_t *)bytes)[i]};
    return list;
}

static value text_value(const char *text) { return bytes_value(text, strlen(text)); }

/* A case of a variant, with what it holds or NULL. */
static value variant_value(const char *name, value *payload) {
    value variant = {.kind = WASMTIME_COMPONENT_VARIANT};
    wasm_name_new(&variant.of.variant.discriminant, strlen(name), name);
    if (payload) variant.of.variant.val = wasmtime_component_val_new(payload);
    return variant;
}

static value enum_value(const char *name) {
    value picked = {.kind = WASMTIME_COMPONENT_ENUM};
    wasm_name_new(&picked.of.enumeration, strlen(name), name);
    return picked;
}

/* The values become the record's. */
static value record_value(size_t size, const char *const *names, const value *values) {
    value record = {.kind = WASMTIME_COMPONENT_RECORD};
    wasmtime_component_valrecord_new_uninit(&record.of.record, size);
    for (size_t i = 0; i < size; i++) {
        wasm_name_new(&record.of.record.data[i].name, strlen(names[i]), names[i]);
        record.of.record.data[i].val = values[i];
    }
    return record;
}

/* At most `size` bytes of a list. */
static size_t bytes_of(const value *list, uint8_t *into, size_t size) {
    size_t length = list->of.list.size < size ? list->of.list.size : size;
    for (size_t i = 0; i < length; i++) into[i] = list->of.list.data[i].of.u8;
    return length;
}

static value handle_value(struct sandbox *sandbox, enum kind kind, uint32_t number) {
    value handle = {.kind = WASMTIME_COMPONENT_RESOURCE};
    wasmtime_component_resource_host_t *host = wasmtime_component_resource_host_new(true, number, kind);
    wasmtime_error_t *error = wasmtime_component_resource_host_to_any(sandbox->context, host, &handle.of.resource);
    wasmtime_component_resource_host_delete(host);
    if (error) abort(); /* Only where the type is not ours. */
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
    static uint8_t received[MAX_RECEIVE];
    size_t count = 0;
    (void)handles;
    enum failure failure = control_receive(&sandbox->loan->control, given[1].of.u32, received, &count);
    return failure == NONE ? ok(bytes_value(received, count)) : outcome(failure);
}

/* There is no TLS here. A library for it would have its place in lent.c. */
static value secure(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return outcome(INSECURE);
}

static value send_line(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    static uint8_t line[MAX_RECEIVE];
    (void)handles;
    return outcome(control_send(&sandbox->loan->control, line, bytes_of(&given[1], line, sizeof line)));
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
    loan->show(&loan->file);
    return ok(variant_value("bytes", &moved));
}

static value finish(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given;
    return outcome(data_finish(&sandbox->data[handles[0]], &sandbox->loan->control));
}

static value size(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)given, (void)handles;
    value bytes = {.kind = WASMTIME_COMPONENT_U64, .of.u64 = sandbox->loan->file.size};
    return (value){.kind = WASMTIME_COMPONENT_OPTION, .of.option = wasmtime_component_val_new(&bytes)};
}

/* There are no hashes here, and the plan (`converse`) sees to it that none is asked for. */
static value digest(struct sandbox *sandbox, const value *given, const uint32_t *handles) {
    (void)sandbox, (void)given, (void)handles;
    return outcome(UNREADABLE);
}

/* No server is awaited here; so nobody can call the functions of a data-listener. */
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
    {"[method]control-connection.secure", secure},
    {"[method]control-connection.send", send_line},
    {"[method]control-connection.send-password", send_password},
    {"[method]control-connection.open-data", open_data},
    {"[method]control-connection.listen-data", denied},
    {"[method]data-listener.endpoint", denied},
    {"[method]data-listener.accept", denied},
    {"[method]data-connection.secure", secure},
    {"[method]data-connection.splice", splice_file},
    {"[method]data-connection.finish", finish},
    {"[method]source-file.size", size},
    {"[method]source-file.prepare-digest", nothing},
    {"[method]source-file.digest", digest},
    {"[method]progress.entered", nothing},
};

/* Every call of the component comes here. Each handle has to be taken: one that is left over makes the call fail. */
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

static wasmtime_error_t *dropped(void *data, wasmtime_context_t *context, uint32_t number) {
    (void)data, (void)context, (void)number; /* Ends with the process. */
    return NULL;
}

/* --- The upload --- */

static bool failed(struct sandbox *sandbox, wasmtime_error_t *error) {
    if (error == NULL) return false;
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    size_t line = 0;
    while (line < message.size && message.data[line] != '\n' && message.data[line] != 0) line++;
    snprintf(sandbox->why, sandbox->why_size, "the component failed: %.*s", (int)line, message.data);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return true;
}

/* An upload-error in words: its case, and what it holds, with what the server said made harmless. */
static void explain(const value *error, char *into, size_t size) {
    const value *held = error->of.variant.val;
    size_t length = (size_t)snprintf(into, size, "%.*s", (int)error->of.variant.discriminant.size,
                                     error->of.variant.discriminant.data);
    size_t fields = held->kind == WASMTIME_COMPONENT_RECORD ? held->of.record.size : 1;
    for (size_t i = 0; i < fields && length < size; i++) {
        const value *field = held->kind == WASMTIME_COMPONENT_RECORD ? &held->of.record.data[i].val : held;
        size_t left = size - length;
        char *end = into + length;
        switch (field->kind) {
        case WASMTIME_COMPONENT_ENUM:
            length += (size_t)snprintf(end, left, " %.*s", (int)field->of.enumeration.size, field->of.enumeration.data);
            break;
        case WASMTIME_COMPONENT_U16: length += (size_t)snprintf(end, left, " %u", field->of.u16); break;
        case WASMTIME_COMPONENT_U64:
            length += (size_t)snprintf(end, left, " %llu", (unsigned long long)field->of.u64);
            break;
        case WASMTIME_COMPONENT_LIST:
            *end = ' ';
            for (size_t j = 1; j < left - 1 && j <= field->of.list.size; j++) {
                uint8_t byte = field->of.list.data[j - 1].of.u8;
                end[j] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
                end[j + 1] = 0;
            }
            length += strlen(end);
            break;
        default: break;
        }
    }
}

/* Calls an export. On success what came back is in `result`, if it is wanted; the arguments are used up. */
static bool call(struct sandbox *sandbox, const char *name, value *arguments, size_t count, value *result) {
    wasmtime_component_export_index_t *interface, *index;
    wasmtime_component_func_t function;
    value got = {.kind = WASMTIME_COMPONENT_BOOL};
    interface = wasmtime_component_instance_get_export_index(&sandbox->instance, sandbox->context, NULL, UPLOAD,
                                                             strlen(UPLOAD));
    index = interface == NULL ? NULL
                              : wasmtime_component_instance_get_export_index(&sandbox->instance, sandbox->context,
                                                                             interface, name, strlen(name));
    bool done = index && wasmtime_component_instance_get_func(&sandbox->instance, sandbox->context, index, &function);
    if (!done) snprintf(sandbox->why, sandbox->why_size, "the component has no %s", name);
    done = done && !failed(sandbox, wasmtime_component_func_call(&function, sandbox->context, arguments, count, &got,
                                                                 result == NULL ? 0 : 1));
    if (done && got.kind == WASMTIME_COMPONENT_RESULT && !got.of.result.is_ok) {
        explain(got.of.result.val, sandbox->why, sandbox->why_size);
        done = false;
    }
    if (interface) wasmtime_component_export_index_delete(interface);
    if (index) wasmtime_component_export_index_delete(index);
    for (size_t i = 0; i < count; i++) wasmtime_component_val_delete(&arguments[i]);
    if (done && result) *result = got;
    else wasmtime_component_val_delete(&got);
    return done;
}

static value login_value(const char *user) {
    static const char *const NAMES[] = {"user", "account", "protection", "data-mode"};
    value no_account = {.kind = WASMTIME_COMPONENT_OPTION};
    value values[] = {text_value(user), no_account, enum_value("clear"), enum_value("passive")};
    return record_value(4, NAMES, values);
}

static value plan_value(void) {
    static const char *const NAMES[] = {"placement", "verify"};
    value values[] = {variant_value("replace", NULL), enum_value("size")};
    return record_value(2, NAMES, values);
}

static value same_handle(const value *handle) {
    return (value){.kind = WASMTIME_COMPONENT_RESOURCE,
                   .of.resource = wasmtime_component_resource_any_clone(handle->of.resource)};
}

static bool converse(struct sandbox *sandbox, const struct wish *wish) {
    struct file *file = &sandbox->loan->file;
    value opened, entered_it, receipt;
    value open[] = {handle_value(sandbox, CONTROL, 0), handle_value(sandbox, SECRET, 0), login_value(wish->user),
                    handle_value(sandbox, PROGRESS, 0)};
    if (!call(sandbox, "[static]session.open", open, 4, &opened)) return false;
    const value *session = opened.of.result.val;
    value create = {.kind = WASMTIME_COMPONENT_BOOL, .of.boolean = false};
    value enter[] = {same_handle(session), text_value(wish->directory), create};
    bool done = call(sandbox, "[method]session.enter", enter, 3, &entered_it);
    if (done) {
        value store[] = {same_handle(session), handle_value(sandbox, SOURCE, 0), text_value(wish->name),
                         plan_value()};
        wasmtime_component_val_delete(&entered_it);
        done = call(sandbox, "[method]session.store", store, 4, &receipt);
    }
    if (done) {
        uint64_t sent = receipt.of.result.val->of.record.data[0].val.of.u64;
        value quit[] = {same_handle(session)};
        wasmtime_component_val_delete(&receipt);
        control_say_farewell(&sandbox->loan->control);
        /* The receipt is the component's word; what was sent is our own knowledge. */
        done = sent == file->size && file->sent == file->size;
        if (!done) snprintf(sandbox->why, sandbox->why_size, "the component claims to have sent what it has not");
        done = call(sandbox, "[method]session.quit", quit, 1, NULL) && done;
    }
    wasmtime_component_val_delete(&opened);
    return done;
}

static bool define(struct sandbox *sandbox, wasmtime_component_linker_t *linker) {
    wasmtime_component_linker_instance_t *root = wasmtime_component_linker_root(linker), *imports;
    bool done = !failed(sandbox, wasmtime_component_linker_instance_add_instance(root, CAPABILITIES,
                                                                                 strlen(CAPABILITIES), &imports));
    if (!done) goto without_imports;
    for (uint32_t kind = 0; kind < KINDS && done; kind++) {
        wasmtime_component_resource_type_t *type = wasmtime_component_resource_type_new_host(kind);
        done = !failed(sandbox, wasmtime_component_linker_instance_add_resource(
                                    imports, KIND_NAMES[kind], strlen(KIND_NAMES[kind]), type,
                                    kind == DATA ? data_dropped : dropped, sandbox, NULL));
        wasmtime_component_resource_type_delete(type);
    }
    for (size_t i = 0; i < METHODS && done; i++) {
        sandbox->bindings[i] = (struct binding){.sandbox = sandbox, .handler = IMPORTS[i].handler};
        done = !failed(sandbox, wasmtime_component_linker_instance_add_func(
                                    imports, IMPORTS[i].name, strlen(IMPORTS[i].name), answer, &sandbox->bindings[i],
                                    NULL));
    }
    wasmtime_component_linker_instance_delete(imports);
without_imports:
    wasmtime_component_linker_instance_delete(root);
    return done;
}

/* The whole file, to be freed by the caller, or NULL. */
static uint8_t *contents(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file == NULL) return NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        rewind(file);
        if (size > 0 && (bytes = malloc((size_t)size)) != NULL) *length = fread(bytes, 1, (size_t)size, file);
    }
    fclose(file);
    return bytes;
}

bool sandbox_upload(const char *wasm, struct loan *loan, const struct wish *wish, char *why, size_t why_size) {
    struct sandbox sandbox = {.loan = loan, .why = why, .why_size = why_size};
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasmtime_component_linker_t *linker = wasmtime_component_linker_new(engine);
    wasmtime_component_t *component = NULL;
    size_t length = 0;
    uint8_t *bytes = contents(wasm, &length);
    sandbox.store = wasmtime_store_new(engine, NULL, NULL);
    sandbox.context = wasmtime_store_context(sandbox.store);
    wasmtime_store_limiter(sandbox.store, MEMORY, -1, -1, -1, -1);
    bool done = bytes != NULL;
    if (!done) snprintf(why, why_size, "%s: %s", wasm, strerror(errno));
    done = done && !failed(&sandbox, wasmtime_context_set_fuel(sandbox.context, FUEL + loan->file.size / 8)) &&
           !failed(&sandbox, wasmtime_component_new(engine, bytes, length, &component)) &&
           define(&sandbox, linker) &&
           !failed(&sandbox, wasmtime_component_linker_instantiate(linker, sandbox.context, component,
                                                                   &sandbox.instance)) &&
           converse(&sandbox, wish);
    free(bytes);
    if (component) wasmtime_component_delete(component);
    wasmtime_store_delete(sandbox.store);
    wasmtime_component_linker_delete(linker);
    wasm_engine_delete(engine);
    return done;
}
