/* Masks the password in the server's replies. */

#ifndef MASK_H
#define MASK_H

#include <stddef.h>

/* Copies a line with **** in place of the password. `into` needs four times the length of the line; returns the
 * number of bytes written. A password of less than 8 bytes is masked only if it is a separate word. The code of a
 * reply is not masked. */
size_t mask(const char *password, const char *line, size_t length, char *into);

#endif
