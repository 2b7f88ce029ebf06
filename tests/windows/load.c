/* What a program learns when it loads a DLL of its own bitness, or of the other: load DLL. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

int main(int argc, char **argv)
{
    const char *(*version)(void) = NULL;
    HMODULE module = argc == 2 ? LoadLibraryA(argv[1]) : NULL;
    FARPROC found;
    if (module == NULL) {
        printf("%d-bit: error %lu\n", (int)sizeof(void *) * 8, GetLastError());
        return 1;
    }
    found = GetProcAddress(module, "pw_version");
    memcpy(&version, &found, sizeof version);
    printf("%d-bit: %s\n", (int)sizeof(void *) * 8, version == NULL ? "no pw_version" : version());
    return version == NULL;
}
