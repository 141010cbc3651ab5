/* Starting a program for Windows, for the fixtures of the tests. */

#include <windows.h>

/* Returns a command line without its first word. */
static wchar_t *rest(wchar_t *line)
{
    wchar_t end = *line == L'"' ? L'"' : L' ';
    for (line++; *line && *line != end; line++)
        ;
    for (line += *line != 0; *line == L' '; line++)
        ;
    return line;
}

/* Starts a program with the handles of this one, but for standard input. Returns 0 if that fails. */
static BOOL start(wchar_t *line, HANDLE input, DWORD flags, PROCESS_INFORMATION *started)
{
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    start.hStdInput = input;
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    return CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &start, started);
}

/* Waits for the end of a program, and returns its exit code. */
static int exit_code(HANDLE program)
{
    DWORD code = 99;
    WaitForSingleObject(program, INFINITE);
    GetExitCodeProcess(program, &code);
    return (int)code;
}
