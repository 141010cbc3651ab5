/* Starts the program that the first argument names, with the other arguments. Each snowman (U+2603) in the command line and
 * in two variables becomes half of a surrogate pair, which no text of Linux can carry to wine. A fixture of the tests: it is
 * never a part of the program. */

#include "start.h"

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

int main(void)
{
    wchar_t *line = rest(GetCommandLineW());
    PROCESS_INFORMATION started;
    halve(line);
    halve_variable(L"FTP_PASSWORD");
    halve_variable(L"FTP_ACCOUNT");
    if (!start(line, GetStdHandle(STD_INPUT_HANDLE), 0, &started))
        return 98;
    return exit_code(started.hProcess);
}
