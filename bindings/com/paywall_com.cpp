/*
 * A COM class for programs that can call neither C nor .NET: VB6, VBA, VBScript, classic ASP.
 *
 *     Set paywall = CreateObject("Paywall.Client")
 *     paywall.FromEnvironment                          or  paywall.Configure "api_key", "..."
 *     Set result = paywall.ResendOtp(token, session)   never raises for an outcome: result.Action says what to do
 *
 * Late bound (only IDispatch, no type library), apartment threaded, over paywall.hpp. paywall.dll lies beside it.
 */
#include <iterator>
#include <new>

#include <windows.h>
#include <oleauto.h>
#include <olectl.h>

#include "paywall.hpp"

namespace {

const CLSID class_id = {0x6e163770, 0xec6a, 0x44d2, {0x83, 0xd5, 0x06, 0xf7, 0x21, 0x5e, 0xdd, 0xcc}};
const wchar_t program_id[] = L"Paywall.Client";

/* --- texts: UTF-16 outside, UTF-8 inside --- */

BSTR wide(const std::string &text)
{
    const int size = static_cast<int>(text.size());
    const int length = MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0);
    const BSTR made = SysAllocStringLen(nullptr, length);
    if (made)
        MultiByteToWideChar(CP_UTF8, 0, text.data(), size, made, length);
    return made;
}

/* An argument as text; numbers become digits whatever the user's language. Half a surrogate pair is refused. */
HRESULT narrow(VARIANT &argument, std::string &text)
{
    VARIANT taken;
    VariantInit(&taken);
    const HRESULT changed = VariantChangeTypeEx(&taken, &argument, LOCALE_INVARIANT, 0, VT_BSTR);
    if (FAILED(changed))
        return changed;
    const int length = static_cast<int>(SysStringLen(taken.bstrVal));
    const int size =
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, taken.bstrVal, length, nullptr, 0, nullptr, nullptr);
    text.resize(static_cast<std::size_t>(size));
    if (size > 0)
        WideCharToMultiByte(CP_UTF8, 0, taken.bstrVal, length, &text[0], size, nullptr, nullptr);
    VariantClear(&taken);
    return size > 0 || length == 0 ? S_OK : E_INVALIDARG;
}

void put(VARIANT *to, const std::string &text)
{
    to->vt = VT_BSTR;
    to->bstrVal = wide(text);
}
void put(VARIANT *to, int number)
{
    to->vt = VT_I4;
    to->lVal = number;
}
void put(VARIANT *to, long long number) { put(to, static_cast<int>(number)); } /* a day in ms fits */
void put(VARIANT *to, bool truth)
{
    to->vt = VT_BOOL;
    to->boolVal = truth ? VARIANT_TRUE : VARIANT_FALSE;
}
void put(VARIANT *to, IDispatch *object)
{
    to->vt = VT_DISPATCH;
    to->pdispVal = object;
}

/* Err.Number is vbObjectError + 512 + the pw_status; Err.Description is one line for the log. */
HRESULT raise(EXCEPINFO *error, pw_status status, const std::string &message)
{
    if (error) {
        *error = EXCEPINFO();
        error->scode = MAKE_HRESULT(SEVERITY_ERROR, FACILITY_ITF, 0x200 + status);
        error->bstrSource = SysAllocString(program_id);
        error->bstrDescription = wide(message);
    }
    return DISP_E_EXCEPTION;
}

/* --- what the two kinds of objects have in common --- */

class Object : public IDispatch {
public:
    ULONG STDMETHODCALLTYPE AddRef() override { return static_cast<ULONG>(InterlockedIncrement(&references_)); }
    ULONG STDMETHODCALLTYPE Release() override
    {
        const LONG left = InterlockedDecrement(&references_);
        if (left == 0)
            delete this;
        return static_cast<ULONG>(left);
    }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void **found) override
    {
        const bool has = IsEqualIID(wanted, IID_IUnknown) || IsEqualIID(wanted, IID_IDispatch);
        *found = has ? this : nullptr;
        if (has)
            AddRef();
        return has ? S_OK : E_NOINTERFACE;
    }
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT *count) override
    {
        *count = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo **) override { return E_NOTIMPL; }
    /* Ordinal: in Turkish, "SESSIONID" and "SessionId" would be different words. */
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR *names, UINT count, LCID, DISPID *ids) override
    {
        for (UINT i = 0; i < count; ++i)
            ids[i] = DISPID_UNKNOWN;
        for (DISPID id = 1; const wchar_t *known = name(id); ++id)
            if (CompareStringOrdinal(names[0], -1, known, -1, TRUE) == CSTR_EQUAL)
                ids[0] = id;
        return count == 1 && ids[0] != DISPID_UNKNOWN ? S_OK : DISP_E_UNKNOWNNAME;
    }
    HRESULT STDMETHODCALLTYPE Invoke(DISPID id, REFIID, LCID, WORD how, DISPPARAMS *given, VARIANT *result,
                                     EXCEPINFO *error, UINT *) override
    {
        if (id < 1 || !name(id) || !(how & (DISPATCH_METHOD | DISPATCH_PROPERTYGET)))
            return DISP_E_MEMBERNOTFOUND;
        if (given->cNamedArgs != 0)
            return DISP_E_NONAMEDARGS;
        std::string arguments[2];
        if (given->cArgs != parameters(id))
            return DISP_E_BADPARAMCOUNT;
        for (UINT i = 0; i < given->cArgs; ++i) { /* they come last first */
            const HRESULT taken = narrow(given->rgvarg[given->cArgs - 1 - i], arguments[i]);
            if (FAILED(taken))
                return taken;
        }
        if (result)
            VariantInit(result);
        return call(id, arguments, result, error);
    }

protected:
    virtual ~Object() = default;
    virtual const wchar_t *name(DISPID id) const = 0; /* nullptr after the last; the first is 1 */
    virtual UINT parameters(DISPID id) const = 0;
    virtual HRESULT call(DISPID id, const std::string arguments[], VARIANT *result, EXCEPINFO *error) = 0;

private:
    volatile LONG references_ = 1;
};

/* --- the outcome of a call: the members of the document; "", 0 and -1 stand for null --- */

struct Property {
    const wchar_t *name;
    void (*read)(const paywall::Result &result, VARIANT *to);
};
/* The braces are no block. */
/* clang-format off */
#define PAYWALL_PROPERTY(name, accessor) \
    {L"" name, [](const paywall::Result &result, VARIANT *to) { put(to, result.accessor()); }}
/* clang-format on */
const Property properties[] = {
    PAYWALL_PROPERTY("Number", number),
    PAYWALL_PROPERTY("Status", status),
    PAYWALL_PROPERTY("Action", action),
    PAYWALL_PROPERTY("Message", message),
    PAYWALL_PROPERTY("CustomerMessage", customer_message),
    PAYWALL_PROPERTY("OtpToken", otp_token),
    PAYWALL_PROPERTY("TokenState", token_state),
    PAYWALL_PROPERTY("SessionId", session_id),
    PAYWALL_PROPERTY("SessionRenewed", session_renewed),
    PAYWALL_PROPERTY("ResponseCode", response_code),
    PAYWALL_PROPERTY("ReferenceNumber", reference_number),
    PAYWALL_PROPERTY("CorrelationId", correlation_id),
    PAYWALL_PROPERTY("Url3D", url_3d),
    PAYWALL_PROPERTY("HttpStatus", http_status),
    PAYWALL_PROPERTY("RequestId", request_id),
    PAYWALL_PROPERTY("Kind", kind),
    PAYWALL_PROPERTY("Code", code),
    PAYWALL_PROPERTY("Stage", stage),
    PAYWALL_PROPERTY("RetryAfterMs", retry_after_ms),
    PAYWALL_PROPERTY("Detail", detail),
    PAYWALL_PROPERTY("ElapsedUs", elapsed_us),
    PAYWALL_PROPERTY("Connection", connection),
    PAYWALL_PROPERTY("ResponseBody", response_body),
    PAYWALL_PROPERTY("ResponseTruncated", response_truncated),
};
const DISPID last_property = static_cast<DISPID>(std::end(properties) - std::begin(properties));

class Result final : public Object {
public:
    explicit Result(const paywall::Result &first) : outcome(first) {}

    paywall::Result outcome;

private:
    const wchar_t *name(DISPID id) const override
    {
        return id <= last_property ? properties[id - 1].name : id == last_property + 1 ? L"Member" : nullptr;
    }
    UINT parameters(DISPID id) const override { return id <= last_property ? 0 : 1; }
    HRESULT call(DISPID id, const std::string arguments[], VARIANT *result, EXCEPINFO *) override
    {
        if (!result)
            return S_OK;
        if (id <= last_property)
            properties[id - 1].read(outcome, result);
        else /* any member, by its RFC 6901 pointer: for those that a newer library adds */
            put(result, outcome.text(arguments[0].c_str()));
        return result->vt == VT_BSTR && !result->bstrVal ? E_OUTOFMEMORY : S_OK;
    }
};

/* --- what programs make --- */

class Client final : public Object {
    enum : DISPID { CONFIGURE = 1, FROM_ENVIRONMENT, RESEND_OTP, CHECK };

    const wchar_t *name(DISPID id) const override
    {
        static const wchar_t *const names[] = {L"Configure", L"FromEnvironment", L"ResendOtp", L"Check"};
        return id <= CHECK ? names[id - 1] : nullptr;
    }
    UINT parameters(DISPID id) const override { return id == CONFIGURE || id == RESEND_OTP ? 2 : 0; }
    HRESULT call(DISPID id, const std::string arguments[], VARIANT *result, EXCEPINFO *error) override
    {
        if (id == CONFIGURE || id == FROM_ENVIRONMENT) {
            const paywall::Result set =
                id == CONFIGURE ? config_.try_set(arguments[0], arguments[1]) : config_.try_from_env();
            client_ = paywall::Client(); /* the next call opens it again */
            return set.ok() ? S_OK : raise(error, set.number(), set.message());
        }
        /* A program that drops the result would lose the new token. */
        if (!result)
            return raise(error, PW_INVALID, "nothing was sent: the result must be taken, with Set");
        if (!client_)
            opened_ = client_.try_open(config_);
        /* Made before the request leaves, so that nothing can lose its outcome. */
        Result *const made = new (std::nothrow) Result(opened_);
        if (!made)
            return E_OUTOFMEMORY;
        if (client_)
            made->outcome = id == CHECK ? client_.try_check() : client_.try_resend_otp(arguments[0], arguments[1]);
        put(result, made);
        return S_OK;
    }

    paywall::Config config_;
    paywall::Client client_;
    paywall::Result opened_ = client_.try_open(config_);
};

/* --- how COM finds it --- */

class Factory final : public IClassFactory {
public:
    ULONG STDMETHODCALLTYPE AddRef() override { return 1; } /* there is one, for ever */
    ULONG STDMETHODCALLTYPE Release() override { return 1; }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void **found) override
    {
        const bool has = IsEqualIID(wanted, IID_IUnknown) || IsEqualIID(wanted, IID_IClassFactory);
        *found = has ? this : nullptr;
        return has ? S_OK : E_NOINTERFACE;
    }
    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *outer, REFIID wanted, void **made) override
    {
        *made = nullptr;
        if (outer)
            return CLASS_E_NOAGGREGATION;
        Client *const client = new (std::nothrow) Client;
        if (!client)
            return E_OUTOFMEMORY;
        const HRESULT has = client->QueryInterface(wanted, made);
        client->Release();
        return has;
    }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
};
Factory factory;

/* HKEY_CLASSES_ROOT\CLSID\{...} */
std::wstring class_key()
{
    wchar_t text[40];
    StringFromGUID2(class_id, text, 40);
    return std::wstring(L"CLSID\\") + text;
}

bool write(const std::wstring &key, const wchar_t *name, const std::wstring &value)
{
    return RegSetKeyValueW(HKEY_CLASSES_ROOT, key.c_str(), name, REG_SZ, value.c_str(),
                           static_cast<DWORD>((value.size() + 1) * sizeof(wchar_t))) == ERROR_SUCCESS;
}

} // namespace

extern "C" IMAGE_DOS_HEADER __ImageBase; /* this DLL, as the linker names it */

STDAPI DllGetClassObject(REFCLSID wanted, REFIID interface_id, void **found)
{
    *found = nullptr;
    return IsEqualCLSID(wanted, class_id) ? factory.QueryInterface(interface_id, found) : CLASS_E_CLASSNOTAVAILABLE;
}

/* It stays loaded, as paywall.dll does. */
STDAPI DllCanUnloadNow() { return S_FALSE; }

STDAPI DllRegisterServer()
{
    wchar_t path[32768];
    const DWORD length = GetModuleFileNameW(reinterpret_cast<HMODULE>(&__ImageBase), path, 32768);
    const std::wstring key = class_key(), server = key + L"\\InprocServer32";
    const bool written = length > 0 && length < 32768 && write(key, nullptr, program_id) &&
                         write(server, nullptr, path) && write(server, L"ThreadingModel", L"Apartment") &&
                         write(key + L"\\ProgID", nullptr, program_id) &&
                         write(std::wstring(program_id) + L"\\CLSID", nullptr, key.substr(6));
    return written ? S_OK : SELFREG_E_CLASS;
}

STDAPI DllUnregisterServer()
{
    const LONG first = RegDeleteTreeW(HKEY_CLASSES_ROOT, class_key().c_str());
    const LONG second = RegDeleteTreeW(HKEY_CLASSES_ROOT, program_id);
    const bool gone = (first == ERROR_SUCCESS || first == ERROR_FILE_NOT_FOUND) &&
                      (second == ERROR_SUCCESS || second == ERROR_FILE_NOT_FOUND);
    return gone ? S_OK : SELFREG_E_CLASS;
}
