/* Converts an upload-error to a message. See failure.h. */

#include "failure.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *words;
} CASES[] = {
    {"refused", "the server refused at"},
    {"misbehaved", "the server broke the protocol at"},
    {"broken", "a connection failed at"},
    {"unreadable", "the file could not be read to its end:"},
    {"unconfirmed", "the server was lost before it had said all about it:"},
    {"mismatch", "the bytes that were sent, and those that the server has:"},
    {"missing", "the server said that it has the file, and then that there is none of this name"},
    {"corrupt", "the server's hash is another:"},
    {"invalid", "an argument is not valid:"},
};

static bool is_name(const wasm_name_t *given, const char *name) {
    return given->size == strlen(name) && memcmp(given->data, name, given->size) == 0;
}

bool is_case(const value *variant, const char *name) { return is_name(&variant->of.variant.discriminant, name); }

/* Replaces bytes outside printable ASCII: a server could send control sequences to the terminal. */
static void append_harmless(const value *list, char *into, size_t size) {
    size_t length = 1;
    for (size_t i = 0; i < list->of.list.size && length + 1 < size; i++) {
        uint8_t byte = list->of.list.data[i].of.u8;
        into[length++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
    }
    into[0] = ' ';
    into[length] = 0;
}

/* Appends a field of a record, or the payload of a case. Flags are left out of the message. */
static void append(const value *field, char *into, size_t size) {
    switch (field->kind) {
    case WASMTIME_COMPONENT_ENUM:
        snprintf(into, size, " %.*s", (int)field->of.enumeration.size, field->of.enumeration.data);
        break;
    case WASMTIME_COMPONENT_U16: snprintf(into, size, " %u", field->of.u16); break;
    case WASMTIME_COMPONENT_U64: snprintf(into, size, " %llu", (unsigned long long)field->of.u64); break;
    case WASMTIME_COMPONENT_LIST: append_harmless(field, into, size); break;
    default: break;
    }
}

/* RFC 959 §4.2.2: a connection broke, so the file may be stored nevertheless. vsftpd reports this as "500 OOPS". */
static bool is_breakdown(const value *refusal) {
    uint16_t code = refusal->of.record.data[1].val.of.u16;
    char text[8] = "";
    append_harmless(&refusal->of.record.data[2].val, text, sizeof text);
    return code == 421 || code == 425 || code == 426 || (code == 500 && strncmp(text, " OOPS", 5) == 0);
}

static enum trouble trouble_of(const value *error) {
    const value *held = error->of.variant.val;
    if (is_case(error, "mismatch") || is_case(error, "missing") || is_case(error, "corrupt")) return DISAGREEMENT;
    if (is_case(error, "broken") || is_case(error, "unconfirmed")) return LOSS;
    if (is_case(error, "refused")) return is_breakdown(held) ? LOSS : REFUSAL;
    if (is_case(error, "misbehaved"))
        return is_name(&held->of.record.data[1].val.of.enumeration, "early-success") ? REFUSAL : LOSS;
    return REFUSAL;
}

enum trouble explain(const value *error, char *into, size_t size) {
    const value *held = error->of.variant.val;
    bool is_record = held && held->kind == WASMTIME_COMPONENT_RECORD;
    size_t fields = is_record ? held->of.record.size : held ? 1 : 0;
    snprintf(into, size, "the component failed");
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (is_case(error, CASES[i].name)) snprintf(into, size, "%s", CASES[i].words);
    for (size_t i = 0; i < fields; i++) {
        size_t length = strlen(into);
        if (length + 2 < size) append(is_record ? &held->of.record.data[i].val : held, into + length, size - length);
    }
    return trouble_of(error);
}
