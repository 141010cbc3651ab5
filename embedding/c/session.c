/* Calls the exports of the component. See session.h. */

#include "session.h"
#include "failure.h"

#include <stdio.h>
#include <string.h>

static const char UPLOAD[] = "ftp-uploader:upload/upload@0.2.0";

bool session_failed(struct sandbox *sandbox, wasmtime_error_t *error) {
    if (error == NULL) return false;
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    size_t line = 0;
    while (line < message.size && message.data[line] != '\n' && message.data[line] != 0) line++;
    snprintf(sandbox->why, sandbox->why_size, "the component failed: %.*s", (int)line, message.data);
    sandbox->trouble = REFUSAL;
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return true;
}

static bool find(struct sandbox *sandbox, const char *name, wasmtime_component_func_t *function) {
    wasmtime_component_export_index_t *interface, *index = NULL;
    interface = wasmtime_component_instance_get_export_index(&sandbox->instance, sandbox->context, NULL, UPLOAD,
                                                             strlen(UPLOAD));
    if (interface)
        index = wasmtime_component_instance_get_export_index(&sandbox->instance, sandbox->context, interface, name,
                                                             strlen(name));
    bool found = index && wasmtime_component_instance_get_func(&sandbox->instance, sandbox->context, index, function);
    if (!found) snprintf(sandbox->why, sandbox->why_size, "the component has no %s", name);
    if (interface) wasmtime_component_export_index_delete(interface);
    if (index) wasmtime_component_export_index_delete(index);
    return found;
}

/* On success the returned value is in `result`, unless that is NULL. Frees the arguments. */
static bool call(struct sandbox *sandbox, const char *name, value *arguments, size_t count, value *result) {
    wasmtime_component_func_t function;
    value got = {.kind = WASMTIME_COMPONENT_BOOL};
    sandbox->trouble = REFUSAL;
    /* The component cannot do this itself: it imports only the functions in imports.c. */
    authority_begin(&sandbox->loan->control.authority, strrchr(name, '.') + 1);
    bool done = find(sandbox, name, &function) &&
                !session_failed(sandbox, wasmtime_component_func_call(&function, sandbox->context, arguments, count,
                                                                      &got, result == NULL ? 0 : 1));
    if (done && got.kind == WASMTIME_COMPONENT_RESULT && !got.of.result.is_ok) {
        sandbox->trouble = explain(got.of.result.val, sandbox->why, sandbox->why_size);
        done = false;
    }
    for (size_t i = 0; i < count; i++) wasmtime_component_val_delete(&arguments[i]);
    if (done && result) *result = got;
    else wasmtime_component_val_delete(&got);
    return done;
}

static value same_handle(const value *handle) {
    return (value){.kind = WASMTIME_COMPONENT_RESOURCE,
                   .of.resource = wasmtime_component_resource_any_clone(handle->of.resource)};
}

/* Several functions take `flight`. A flight saves little for a single file, so the component waits for each reply. */
static value no(void) { return (value){.kind = WASMTIME_COMPONENT_BOOL, .of.boolean = false}; }

bool session_open(struct sandbox *sandbox) {
    static const char *const NAMES[] = {"user", "account", "protection", "data-mode", "flight"};
    value no_account = {.kind = WASMTIME_COMPONENT_OPTION};
    value login[] = {text_value(sandbox->wish->user), no_account, enum_value("clear"), enum_value("passive"), no()};
    value arguments[] = {handle_value(sandbox, CONTROL, 0), handle_value(sandbox, SECRET, 0),
                         record_value(5, NAMES, login), handle_value(sandbox, PROGRESS, 0)};
    return call(sandbox, "[static]session.open", arguments, 4, &sandbox->opened);
}

static value session(struct sandbox *sandbox) { return same_handle(sandbox->opened.of.result.val); }

bool session_enter(struct sandbox *sandbox) {
    value nothing, create = no();
    value arguments[] = {session(sandbox), text_value(sandbox->wish->directory), create, no()};
    if (!call(sandbox, "[method]session.enter", arguments, 4, &nothing)) return false;
    wasmtime_component_val_delete(&nothing);
    return true;
}

bool session_store(struct sandbox *sandbox, uint64_t *sent, bool *sized) {
    static const char *const NAMES[] = {"placement", "verify", "defer"};
    value plan[] = {variant_value("replace", NULL), enum_value("size"), no()}, got;
    value arguments[] = {session(sandbox), handle_value(sandbox, SOURCE, 0), text_value(sandbox->wish->name),
                         record_value(3, NAMES, plan)};
    if (!call(sandbox, "[method]session.store", arguments, 4, &got)) return false;
    const wasmtime_component_valrecord_entry_t *receipt = got.of.result.val->of.record.data;
    *sent = receipt[0].val.of.u64;
    *sized = is_case(&receipt[1].val, "size");
    wasmtime_component_val_delete(&got);
    return true;
}

bool session_look(struct sandbox *sandbox, struct found *found) {
    value arguments[] = {session(sandbox), text_value(sandbox->wish->name)}, got;
    if (!call(sandbox, "[method]session.look", arguments, 2, &got)) return false;
    const value *told = got.of.result.val;
    *found = (struct found){.kind = is_case(told, "refused") ? HIDDEN : UNTOLD};
    if (is_case(told, "bytes")) *found = (struct found){.kind = BYTES, .bytes = told->of.variant.val->of.u64};
    wasmtime_component_val_delete(&got);
    return true;
}

bool session_modified(struct sandbox *sandbox, int64_t *time) {
    value arguments[] = {session(sandbox), text_value(sandbox->wish->name)}, got;
    if (!call(sandbox, "[method]session.modified", arguments, 2, &got)) return false;
    const value *told = got.of.result.val->of.option;
    *time = told ? (int64_t)told->of.u64 : NO_TIME;
    wasmtime_component_val_delete(&got);
    return true;
}

static void pass_on(const struct wish *wish, const value *name) {
    uint8_t bytes[1024];
    size_t length = name->of.list.size < sizeof bytes ? name->of.list.size : sizeof bytes;
    for (size_t i = 0; i < length; i++) bytes[i] = name->of.list.data[i].of.u8;
    wish->list(bytes, length, wish->context);
}

bool session_list(struct sandbox *sandbox) {
    value arguments[] = {session(sandbox), text_value("."), no()}, got;
    if (!call(sandbox, "[method]session.list", arguments, 3, &got)) return false;
    /* The first page is enough for an example: its field `more` says if there are others. */
    const value *entries = &got.of.result.val->of.record.data[0].val;
    for (size_t i = 0; i < entries->of.list.size; i++)
        pass_on(sandbox->wish, &entries->of.list.data[i].of.record.data[0].val);
    wasmtime_component_val_delete(&got);
    return true;
}

void session_quit(struct sandbox *sandbox) {
    value arguments[] = {session(sandbox)};
    control_say_farewell(&sandbox->loan->control);
    call(sandbox, "[method]session.quit", arguments, 1, NULL);
}

void session_drop(struct sandbox *sandbox) { wasmtime_component_val_delete(&sandbox->opened); }
