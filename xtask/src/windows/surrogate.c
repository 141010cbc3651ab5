/* Starts the program that the first argument names, with the other arguments. Each snowman (U+2603) in the command line and
 * in two variables becomes half of a surrogate pair, which no text of Linux can carry to wine. A fixture of the tests: it is
 * never a part of the program. */

#include <windows.h>

static void halve(wchar_t *text)
{
    for (; *text; text++)
        if (*text == 0x2603)
            *text = 0xD83D;
}

static void halve_variable(const wchar_t *name)
{
    static wchar_t value[1024];
    DWORD length = GetEnvironmentVariableW(name, value, 1024);
    if (length == 0 || length >= 1024)
        return;
    halve(value);
    SetEnvironmentVariableW(name, value);
}

/* Returns the command line without its first word. */
static wchar_t *rest(wchar_t *line)
{
    wchar_t end = *line == L'"' ? L'"' : L' ';
    for (line++; *line && *line != end; line++)
        ;
    for (line += *line != 0; *line == L' '; line++)
        ;
    return line;
}

int main(void)
{
    wchar_t *line = rest(GetCommandLineW());
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION started;
    DWORD code = 99;
    halve(line);
    halve_variable(L"FTP_PASSWORD");
    halve_variable(L"FTP_ACCOUNT");
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &started))
        return 98;
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    return (int)code;
}
