/* The one function of bcryptprimitives.dll that programs written in Rust need at their start. Wine before 9 does not have
 * the library. A fixture of the tests: it is never a part of the program. */

#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return RtlGenRandom(data, (ULONG)length);
}
