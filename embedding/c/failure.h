/* The reason why the file was not uploaded: an upload-error of wit/upload.wit. */

#ifndef FAILURE_H
#define FAILURE_H

#include "imports.h"

/* Converts an error to a message, in which the server's text is made safe to print. Returns the consequence for a
 * file of which every byte was sent. */
enum trouble explain(const value *error, char *into, size_t size);

bool is_case(const value *variant, const char *name);

#endif
