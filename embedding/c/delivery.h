/* One file, one try. */

#ifndef DELIVERY_H
#define DELIVERY_H

#include "imports.h"

/* Opens a session, stores the file, says goodbye. What is to be said of it is then in sandbox->why. */
enum outcome deliver(struct sandbox *sandbox);

#endif
