/*
 * A stand-in for bcryptprimitives.dll, for the test under Wine only.
 *
 * Rust's standard library takes its random bytes on Windows from ProcessPrng in
 * this DLL. Wine 8, the one in Debian 12, has no such DLL and so refuses to load
 * paywall.dll. This one hands over to SystemFunction036 (RtlGenRandom) of
 * advapi32, which Wine has.
 *
 * It lies beside the test program and is never delivered: on Windows the
 * system's own must be used.
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length > 0x10000000u ? 0x10000000u : (ULONG)length;
        if (!SystemFunction036(buffer, part))
            return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
