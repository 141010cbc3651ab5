/* Starts the program that the second argument names, with the other arguments, and does to it what Windows does and wine
 * does not. The first argument is the number of an event of the console (HandlerRoutine), which arrives when standard input
 * of this program ends; or `r`: then Ctrl-C ends each read of a line from the console. A fixture of the tests: it is never a
 * part of the program. */

#include "start.h"

/* The time that Windows gives to the handlers of an event, in milliseconds. */
#define HANDLER_TIMEOUT 5000

/* ReadConsoleW after Ctrl-C: no letters, ERROR_OPERATION_ABORTED (995) as the last error, and TRUE. */
static const unsigned char ABORTED_READ[] = {
    0x41, 0xC7, 0x01, 0, 0, 0, 0,                               /* mov dword [r9], 0 */
    0x65, 0xC7, 0x04, 0x25, 0x68, 0, 0, 0, 0xE3, 0x03, 0, 0,    /* mov dword gs:[0x68], 995 */
    0xB8, 1, 0, 0, 0,                                           /* mov eax, 1 */
    0xC3,                                                       /* ret */
};

/* Lets the handlers of an event run, and ends the process when they have returned or the time is over, as Windows does
 * after the events that end a process. */
static int end_by(DWORD event, HANDLE program)
{
    void *routine = (void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine");
    HANDLE both[2] = {program};
    DWORD handled = 0;
    both[1] = CreateRemoteThread(program, NULL, 0, routine, (void *)(ULONG_PTR)event, 0, NULL);
    if (!routine || !both[1])
        return 97;
    WaitForMultipleObjects(2, both, FALSE, HANDLER_TIMEOUT);
    GetExitCodeThread(both[1], &handled);
    /* The thread ends with the exit code of the program if the program ends first. */
    if (handled <= 1 || handled == STILL_ACTIVE)
        TerminateProcess(program, CONTROL_C_EXIT);
    return exit_code(program);
}

/* Replaces the code of ReadConsoleW in a program whose libraries are loaded, and that has not begun. */
static BOOL abort_reads(HANDLE program)
{
    void *code = (void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "ReadConsoleW");
    DWORD rights;
    return VirtualProtectEx(program, code, sizeof ABORTED_READ, PAGE_EXECUTE_READWRITE, &rights)
        && WriteProcessMemory(program, code, ABORTED_READ, sizeof ABORTED_READ, NULL);
}

/* Waits for the breakpoint of a program that is debugged, which comes after its libraries and before its code. */
static void wait_for_libraries(void)
{
    DEBUG_EVENT event;
    while (WaitForDebugEvent(&event, INFINITE) && event.dwDebugEventCode != EXCEPTION_DEBUG_EVENT)
        ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE);
}

int main(int count, char **words)
{
    wchar_t *line = rest(rest(GetCommandLineW()));
    BOOL reads = count > 1 && words[1][0] == 'r';
    PROCESS_INFORMATION started;
    char byte;
    DWORD length;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    if (!start(line, reads ? input : NULL, reads ? DEBUG_ONLY_THIS_PROCESS : 0, &started))
        return 98;
    if (!reads) {
        while (ReadFile(input, &byte, 1, &length, NULL) && length)
            ;
        return end_by(words[1][0] - '0', started.hProcess);
    }
    wait_for_libraries();
    if (!abort_reads(started.hProcess) || !DebugActiveProcessStop(started.dwProcessId))
        return 97;
    return exit_code(started.hProcess);
}
