/*
 * A stand-in for crypt32.dll, for the test under Wine only.
 *
 * Windows verifies a server's certificate in crypt32.dll. Wine 8, the one in Debian 12, falls short there in three ways
 * that keep every https call from working, or make a test of it worthless:
 *   - it refuses the current size of CERT_CHAIN_ENGINE_CONFIG, which has two members more than it knows;
 *   - it refuses a certificate whose revocation cannot be found out, although it is asked not to;
 *   - it accepts a chain that ends at no root, so that nobody's certificate is as good as anybody's.
 * This one mends these three and hands everything over to Wine's own. The test's copy of paywall.dll is made to import
 * it under the name cryptwn.dll: under its own name Wine's other DLLs would find it too.
 *
 * It is never delivered: on Windows the system's own must be used.
 */
#include <string.h>
#include <windows.h>
#include <wincrypt.h>

static FARPROC own(const char *name)
{
    static HMODULE crypt32;
    if (crypt32 == NULL) {
        WCHAR path[MAX_PATH + 16];
        GetSystemDirectoryW(path, MAX_PATH);
        wcscat(path, L"\\crypt32.dll");
        crypt32 = LoadLibraryW(path);
    }
    return GetProcAddress(crypt32, name);
}

/* A function that is Wine's own, unchanged. */
/* The last word is a list of arguments. */
/* clang-format off */
#define HAND_OVER(result, name, parameters, arguments)                        \
    __declspec(dllexport) result WINAPI name parameters                       \
    {                                                                         \
        return ((result(WINAPI *) parameters)(void *)own(#name)) arguments;   \
    }
/* clang-format on */

HAND_OVER(BOOL, CertAddEncodedCertificateToStore,
          (HCERTSTORE store, DWORD encoding, const BYTE *bytes, DWORD length, DWORD how, PCCERT_CONTEXT *made),
          (store, encoding, bytes, length, how, made))
HAND_OVER(BOOL, CertCloseStore, (HCERTSTORE store, DWORD flags), (store, flags))
HAND_OVER(void, CertFreeCertificateChain, (PCCERT_CHAIN_CONTEXT chain), (chain))
HAND_OVER(void, CertFreeCertificateChainEngine, (HCERTCHAINENGINE engine), (engine))
HAND_OVER(BOOL, CertFreeCertificateContext, (PCCERT_CONTEXT certificate), (certificate))
HAND_OVER(BOOL, CertGetCertificateChain,
          (HCERTCHAINENGINE engine, PCCERT_CONTEXT certificate, LPFILETIME time, HCERTSTORE store,
           PCERT_CHAIN_PARA parameters, DWORD flags, LPVOID reserved, PCCERT_CHAIN_CONTEXT *chain),
          (engine, certificate, time, store, parameters, flags, reserved, chain))
HAND_OVER(HCERTSTORE, CertOpenStore,
          (LPCSTR provider, DWORD encoding, HCRYPTPROV_LEGACY crypt, DWORD flags, const void *parameters),
          (provider, encoding, crypt, flags, parameters))
HAND_OVER(BOOL, CertSetCertificateContextProperty,
          (PCCERT_CONTEXT certificate, DWORD property, DWORD flags, const void *data),
          (certificate, property, flags, data))

__declspec(dllexport) BOOL WINAPI
    CertCreateCertificateChainEngine(PCERT_CHAIN_ENGINE_CONFIG config, HCERTCHAINENGINE *engine)
{
    /* The members up to Windows 7, which is all that Wine knows. */
    struct {
        DWORD size;
        HCERTSTORE restricted_root, restricted_trust, restricted_other;
        DWORD additional_count;
        HCERTSTORE *additional;
        DWORD flags, url_timeout, cached_certificates, cycle_modulus;
        HCERTSTORE exclusive_root, exclusive_people;
    } known;
    memcpy(&known, config, sizeof known);
    known.size = sizeof known;
    return ((BOOL(WINAPI *)(void *, HCERTCHAINENGINE *))(void *)own("CertCreateCertificateChainEngine"))(&known,
                                                                                                         engine);
}

__declspec(dllexport) BOOL WINAPI
    CertVerifyCertificateChainPolicy(LPCSTR policy, PCCERT_CHAIN_CONTEXT chain, PCERT_CHAIN_POLICY_PARA parameters,
                                     PCERT_CHAIN_POLICY_STATUS status)
{
    CERT_CHAIN_CONTEXT judged = *chain;
    DWORD *errors = &judged.TrustStatus.dwErrorStatus;
    if (*errors & CERT_TRUST_IS_PARTIAL_CHAIN)
        *errors |= CERT_TRUST_IS_UNTRUSTED_ROOT;
    if ((parameters->dwFlags & CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS) ==
        CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS)
        *errors &= ~(DWORD)(CERT_TRUST_IS_OFFLINE_REVOCATION | CERT_TRUST_REVOCATION_STATUS_UNKNOWN);
    return ((BOOL(WINAPI *)(LPCSTR, PCCERT_CHAIN_CONTEXT, PCERT_CHAIN_POLICY_PARA, PCERT_CHAIN_POLICY_STATUS))(
        void *)own("CertVerifyCertificateChainPolicy"))(policy, &judged, parameters, status);
}
