/* The library's function. See ftp_uploader.h. */

#define _GNU_SOURCE
#include "ftp_uploader.h"
#include "sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum ftp_upload_outcome fail(char *why, size_t size, const char *what, const char *cause) {
    snprintf(why, size, "%s%s%s", what, cause[0] ? ": " : "", cause);
    return FTP_UPLOAD_FAILED;
}

static bool has_control_character(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f || (unsigned char)*text == 0xff) return true;
    return false;
}

static enum ftp_upload_outcome run(const struct ftp_upload *upload, struct loan *loan, char *why, size_t size) {
    const char *slash = strrchr(upload->file, '/'), *base = slash ? slash + 1 : upload->file, *wrong;
    struct wish wish = {.user = upload->user, .directory = upload->directory, .list = upload->list,
                        .name = upload->name ? upload->name : base, .context = upload->context};
    const char *port = upload->port ? upload->port : "21";
    /* The component refuses control characters in its arguments, but it never sees the password. */
    if (has_control_character(upload->password)) return fail(why, size, "the password has a control character", "");
    if ((wrong = file_open(&loan->file, upload->file))) return fail(why, size, upload->file, wrong);
    wrong = control_connect(&loan->control, upload->host, port, upload->password, upload->clear_anywhere);
    if (wrong) return fail(why, size, upload->host, wrong);
    loan->control.authority = (struct authority){.user = wish.user, .directory = wish.directory, .name = wish.name};
    const char *wasm = upload->component ? upload->component : FTP_UPLOADER_COMPONENT;
    return (enum ftp_upload_outcome)sandbox_upload(wasm, loan, &wish, why, size);
}

enum ftp_upload_outcome ftp_upload(const struct ftp_upload *upload, char *why, size_t why_size) {
    struct loan loan = {.show = upload->progress, .context = upload->context, .control.fd = -1, .file.fd = -1};
    /* sendfile has no flag to suppress SIGPIPE. If the server closes the connection, that must be an error and not
     * end this process: the signal is blocked, and one that has come is taken away. */
    sigset_t broken_pipe, before;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    enum ftp_upload_outcome outcome = run(upload, &loan, why, why_size);
    if (loan.control.fd >= 0) close(loan.control.fd);
    if (loan.file.fd >= 0) close(loan.file.fd);
    if (!sigismember(&before, SIGPIPE)) sigtimedwait(&broken_pipe, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return outcome;
}
