/* Creates an instance of the component with its imports (imports.c). delivery.c uses it. */

#include "delivery.h"
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t MEMORY = 4 << 20;      /* In bytes. The component needs 1.2 MiB. */
static const uint64_t FUEL = 1000000000;    /* Approximate instructions, plus one for each 8 bytes of the file. */

/* Returns the content of the file, which the caller must free, or NULL. */
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

enum outcome sandbox_upload(const char *wasm, struct loan *loan, const struct wish *wish, char *why, size_t why_size) {
    struct sandbox sandbox = {.loan = loan, .wish = wish, .why = why, .why_size = why_size};
    enum outcome outcome = FAILED;
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
    bool done = bytes != NULL, defined = false;
    if (!done) snprintf(why, why_size, "%s: %s", wasm, strerror(errno));
    done = done && !session_failed(&sandbox, wasmtime_context_set_fuel(sandbox.context, FUEL + loan->file.size / 8)) &&
           !session_failed(&sandbox, wasmtime_component_new(engine, bytes, length, &component)) &&
           (defined = true) && !session_failed(&sandbox, imports_define(&sandbox, linker)) &&
           !session_failed(&sandbox, wasmtime_component_linker_instantiate(linker, sandbox.context, component,
                                                                           &sandbox.instance));
    if (done) outcome = deliver(&sandbox);
    free(bytes);
    if (component) wasmtime_component_delete(component);
    wasmtime_store_delete(sandbox.store);
    if (defined) imports_close(&sandbox);
    wasmtime_component_linker_delete(linker);
    wasm_engine_delete(engine);
    return outcome;
}
