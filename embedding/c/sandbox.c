/* Runs the component with its imports (imports.c), and calls its exports. */

#include "imports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t MEMORY = 4 << 20;      /* Bytes. The component needs 1.2 MiB. */
static const uint64_t FUEL = 1000000000;    /* Instructions, about; and one more for each 8 bytes of the file. */
static const char UPLOAD[] = "ftp-uploader:upload/upload@0.1.0";

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
        done = sent == file->size && file->sent == file->size && file->finished;
        if (!done) snprintf(sandbox->why, sandbox->why_size, "the component claims to have sent what it has not");
        else if (!(done = !file_has_changed(file)))
            snprintf(sandbox->why, sandbox->why_size,
                     "the file changed while it was sent; what is stored may mix old and new bytes");
        done = call(sandbox, "[method]session.quit", quit, 1, NULL) && done;
    }
    wasmtime_component_val_delete(&opened);
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
           !failed(&sandbox, imports_define(&sandbox, linker)) &&
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
