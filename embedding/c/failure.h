/* Why the file was not uploaded: an upload-error of wit/upload.wit. */

#ifndef FAILURE_H
#define FAILURE_H

#include "imports.h"

/* Puts an error into words, with what the server said made harmless; returns what it means for a file that was sent. */
enum trouble explain(const value *error, char *into, size_t size);

bool is_case(const value *variant, const char *name);

#endif
