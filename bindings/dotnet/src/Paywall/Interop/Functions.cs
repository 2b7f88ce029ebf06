using System;
using System.Runtime.InteropServices;

namespace Paywall.Interop
{
    /// <summary>
    /// The functions of paywall.h, bound by address. Texts are bytes: how .NET itself would convert them depends on the
    /// platform and its version.
    /// </summary>
    internal sealed class Functions
    {
        internal const int AbiMajor = 1;
        internal const int AbiMinor = 0;

        internal readonly NewFunction ConfigNew;
        internal readonly SetFunction ConfigSet;
        internal readonly FreeFunction ConfigFree;
        internal readonly OpenFunction ContextNew;
        internal readonly CheckFunction ContextCheck;
        internal readonly FreeFunction ContextFree;
        internal readonly ResendFunction ResendOtp;
        internal readonly GetFunction JsonGet;
        internal readonly FreeFunction StringFree;

        /// <summary>Asks for the version before anything else; throws if it does not fit.</summary>
        internal Functions(Func<string, IntPtr> find)
        {
            uint version = Bind<VersionFunction>(find, "pw_abi_version")();
            uint major = version >> 16, minor = version & 0xffff;
            if (major != AbiMajor || minor < AbiMinor)
                throw new NotSupportedException(FormattableString.Invariant(
                    $"its interface is {major}.{minor}, and this assembly needs {AbiMajor}.{AbiMinor} or a later {AbiMajor}.x"));
            ConfigNew = Bind<NewFunction>(find, "pw_config_new");
            ConfigSet = Bind<SetFunction>(find, "pw_config_set");
            ConfigFree = Bind<FreeFunction>(find, "pw_config_free");
            ContextNew = Bind<OpenFunction>(find, "pw_ctx_new");
            ContextCheck = Bind<CheckFunction>(find, "pw_ctx_check");
            ContextFree = Bind<FreeFunction>(find, "pw_ctx_free");
            ResendOtp = Bind<ResendFunction>(find, "pw_resend_otp");
            JsonGet = Bind<GetFunction>(find, "pw_json_get");
            StringFree = Bind<FreeFunction>(find, "pw_string_free");
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate uint VersionFunction();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr NewFunction();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int SetFunction(IntPtr config, byte[] name, byte[] value, out IntPtr document);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void FreeFunction(IntPtr pointer);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int OpenFunction(IntPtr config, out IntPtr context, out IntPtr document);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CheckFunction(IntPtr context, out IntPtr document);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int ResendFunction(IntPtr context, byte[] token, byte[] session, out IntPtr document);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr GetFunction(byte[] json, byte[] pointer);

        private static T Bind<T>(Func<string, IntPtr> find, string name)
        {
            IntPtr address = find(name);
            if (address == IntPtr.Zero)
                throw new NotSupportedException("not libpaywall: it has no " + name);
            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }
    }

    /// <summary>Frees a native object exactly once, and never while a call uses it.</summary>
    internal abstract class NativeHandle : SafeHandle
    {
        // Its own reference: when a critical finalizer runs, the rest of the client may be gone.
        private readonly Functions.FreeFunction free;

        protected NativeHandle(Functions functions, Functions.FreeFunction free) : base(IntPtr.Zero, true)
        {
            Functions = functions;
            this.free = free;
        }

        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }

        internal Functions Functions { get; private set; }

        protected override bool ReleaseHandle()
        {
            free(handle);
            return true;
        }
    }

    /// <summary>A pw_config.</summary>
    internal sealed class ConfigHandle : NativeHandle
    {
        internal ConfigHandle(Functions functions) : base(functions, functions.ConfigFree)
        {
            SetHandle(functions.ConfigNew());
        }
    }

    /// <summary>A pw_ctx.</summary>
    internal sealed class ContextHandle : NativeHandle
    {
        // A SafeHandle that is disposed during a call lets other calls in until that one ends.
        private volatile bool isDisposed;

        internal ContextHandle(Functions functions) : base(functions, functions.ContextFree)
        {
        }

        internal bool IsDisposed { get { return isDisposed; } }

        /// <summary>Fills the handle. Nothing can interrupt between the library making the context and us owning it.</summary>
        internal int Open(IntPtr config, out IntPtr document)
        {
            return Functions.ContextNew(config, out handle, out document);
        }

        protected override void Dispose(bool disposing)
        {
            isDisposed = true;
            base.Dispose(disposing);
        }
    }
}
