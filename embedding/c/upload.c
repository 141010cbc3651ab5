/* Uploads one file over FTP, with the code that speaks FTP confined in a WebAssembly sandbox.
 *
 *     FTP_PASSWORD=... ./upload [--list] [ftp://]HOST:PORT USERNAME LOCALFILE REMOTEDIR
 *
 * There is no TLS: without ftp://, which allows to send the password in clear, the server must be `localhost` or a
 * loopback address.
 *
 * This file has the command line, the progress display and the report. */

#define _GNU_SOURCE
#include "sandbox.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char CLEAR[] = "ftp://";

static int fail(const char *what, const char *why) {
    fprintf(stderr, "upload: %s%s%s\n", what, why[0] ? ": " : "", why);
    return 1;
}

/* Prints the progress, at most once a second and at the end. */
static void show(const struct file *file) {
    static time_t last;
    if (last == 0) last = time(NULL);
    if (time(NULL) == last && file->sent != file->size) return;
    last = time(NULL);
    fprintf(stderr, "Sent %" PRIu64 " of %" PRIu64 " bytes (%d%%)\n", file->sent, file->size,
            (int)(100.0 * (double)file->sent / (double)file->size));
}

static bool has_control_character(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f || (unsigned char)*text == 0xff) return true;
    return false;
}

int main(int count, char **words) {
    const char *password = getenv("FTP_PASSWORD"), *wasm = getenv("FTP_UPLOADER_WASM"), *wrong;
    char why[1024];
    /* sendfile has no flag to suppress SIGPIPE. If the server closes the connection, that must be an error and not
     * end this process. */
    signal(SIGPIPE, SIG_IGN);
    bool lists = count > 1 && strcmp(words[1], "--list") == 0;
    words += lists;
    count -= lists;
    if (count != 5 || password == NULL) {
        fprintf(stderr, "Usage: FTP_PASSWORD=... ./upload [--list] [ftp://]HOST:PORT USERNAME LOCALFILE REMOTEDIR\n");
        return 2;
    }
    bool clear_anywhere = strncmp(words[1], CLEAR, strlen(CLEAR)) == 0;
    char *host = words[1] + (clear_anywhere ? strlen(CLEAR) : 0), *colon = strrchr(host, ':');
    char *slash = strrchr(words[3], '/');
    if (colon == NULL) return fail(host, "not HOST:PORT");
    /* The component refuses control characters in its arguments, but it never sees the password. */
    if (has_control_character(password)) return fail("the password has a control character", "");
    *colon = 0;
    if (host[0] == '[' && colon[-1] == ']') {
        host++;
        colon[-1] = 0;
    }
    struct loan loan = {.show = show};
    struct wish wish = {.user = words[2], .directory = words[4], .name = slash ? slash + 1 : words[3], .lists = lists};
    if ((wrong = file_open(&loan.file, words[3]))) return fail(words[3], wrong);
    wrong = control_connect(&loan.control, host, colon + 1, password, clear_anywhere);
    if (wrong) return fail(host, wrong);
    loan.control.authority = (struct authority){.user = wish.user, .directory = wish.directory, .name = wish.name};
    enum outcome outcome = sandbox_upload(wasm ? wasm : "ftp-uploader.wasm", &loan, &wish, why, sizeof why);
    if (outcome == STORED)
        fprintf(stderr, "Stored %s in %s: %" PRIu64 " bytes, %s\n", words[3], words[4], loan.file.size, why);
    else fail(why, "");
    return outcome;
}
