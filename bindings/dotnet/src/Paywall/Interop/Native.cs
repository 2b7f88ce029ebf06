using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Paywall.Interop
{
    /// <summary>
    /// The operating system's loader. DllImport does not take a path at run time. So it would not find a library beside an
    /// assembly that ASP.NET has copied elsewhere, nor choose one for the bitness of this process.
    /// </summary>
    internal static class Native
    {
        internal static readonly bool IsWindows = Path.DirectorySeparatorChar == '\\';

        // .NET Framework and Mono report macOS as Unix.
        private static readonly bool IsMac = !IsWindows && Directory.Exists("/System/Library/Frameworks");

        internal static readonly bool IsLinux = !IsWindows && !IsMac;

        /// <summary>Of this process, in the words of .NET's runtime identifiers.</summary>
        internal static readonly string Architecture = OfThisProcess();

        /// <summary>The name of a library's file: this, a version, and the suffix.</summary>
        internal static readonly string Prefix = IsWindows ? "paywall" : "libpaywall";

        internal static readonly string Suffix = IsWindows ? ".dll" : IsMac ? ".dylib" : ".so";

        /// <summary>The system's library, by its soname.</summary>
        internal static readonly string FileName =
            IsWindows ? "paywall.dll" : IsMac ? "libpaywall.1.dylib" : "libpaywall.so.1";

        private static readonly Loader? Unix = IsWindows ? null : UnixLoader();

        // Alpine's C library lacks this function of glibc, and needs a library of its own.
        private static readonly bool IsMusl = IsLinux && Find(IntPtr.Zero, "gnu_get_libc_version") == IntPtr.Zero;

        /// <summary>The folders below the assembly's, for the architecture of this process.</summary>
        internal static readonly string[] Below =
        {
            Architecture,
            Path.Combine("runtimes", (IsWindows ? "win-" : IsMac ? "osx-" : IsMusl ? "linux-musl-" : "linux-") + Architecture, "native"),
            "",
        };

        private const int Now = 2;
        private const uint FromItsFolder = 8;

        internal static IntPtr Open(string path, out string reason)
        {
            reason = "";
            if (IsWindows)
            {
                IntPtr module = LoadLibraryExW(path, IntPtr.Zero, FromItsFolder);
                if (module == IntPtr.Zero)
                    reason = new Win32Exception(Marshal.GetLastWin32Error()).Message;
                return module;
            }
            IntPtr library = Unix!.Open(Encoding.UTF8.GetBytes(path + "\0"), Now);
            if (library == IntPtr.Zero)
                reason = Marshal.PtrToStringAnsi(Unix.Error()) ?? "unknown reason";
            return library;
        }

        internal static IntPtr Find(IntPtr library, string name)
        {
            if (IsWindows)
                return GetProcAddress(library, name);
            return Unix!.Find(library, Encoding.ASCII.GetBytes(name + "\0"));
        }

        private static string OfThisProcess()
        {
#if NETSTANDARD2_0
            switch (RuntimeInformation.ProcessArchitecture)
            {
                case System.Runtime.InteropServices.Architecture.Arm: return "arm";
                case System.Runtime.InteropServices.Architecture.Arm64: return "arm64";
            }
#endif
            return IntPtr.Size == 8 ? "x64" : "x86";
        }

        [DllImport("kernel32", ExactSpelling = true, CharSet = CharSet.Unicode, SetLastError = true)]
        private static extern IntPtr LoadLibraryExW(string path, IntPtr reserved, uint flags);

        [DllImport("kernel32", ExactSpelling = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
        private static extern IntPtr GetProcAddress(IntPtr module, string name);

        private static Loader UnixLoader()
        {
            // Call dlerror once before: looking that function up for the first time would clear the reason.
            Loader loader = new InMono();
            // Mono has its own. It would look for libdl.so.2 in the assembly's folder first. For an assembly from memory that
            // is the current folder, where others may write.
            if (Type.GetType("Mono.Runtime") != null)
            {
                loader.Error();
                return loader;
            }
            // glibc before 2.34 has dlopen in libdl; all others have it in libc.
            try
            {
                loader = new InLibdl();
                loader.Error();
            }
            catch (Exception error) when (error is DllNotFoundException || error is EntryPointNotFoundException)
            {
                loader = new InLibc();
                loader.Error();
            }
            return loader;
        }

        /// <summary>
        /// dlopen and its like. A class for each place: Mono looks for all the libraries that a method could call before it
        /// runs it.
        /// </summary>
        private abstract class Loader
        {
            internal abstract IntPtr Open(byte[] path, int flags);

            internal abstract IntPtr Find(IntPtr library, byte[] name);

            internal abstract IntPtr Error();
        }

        private sealed class InMono : Loader
        {
            internal override IntPtr Open(byte[] path, int flags) { return dlopen(path, flags); }

            internal override IntPtr Find(IntPtr library, byte[] name) { return dlsym(library, name); }

            internal override IntPtr Error() { return dlerror(); }

            [DllImport("__Internal")]
            private static extern IntPtr dlopen(byte[] path, int flags);

            [DllImport("__Internal")]
            private static extern IntPtr dlsym(IntPtr library, byte[] name);

            [DllImport("__Internal")]
            private static extern IntPtr dlerror();
        }

        private sealed class InLibdl : Loader
        {
            internal override IntPtr Open(byte[] path, int flags) { return dlopen(path, flags); }

            internal override IntPtr Find(IntPtr library, byte[] name) { return dlsym(library, name); }

            internal override IntPtr Error() { return dlerror(); }

            [DllImport("libdl.so.2")]
            private static extern IntPtr dlopen(byte[] path, int flags);

            [DllImport("libdl.so.2")]
            private static extern IntPtr dlsym(IntPtr library, byte[] name);

            [DllImport("libdl.so.2")]
            private static extern IntPtr dlerror();
        }

        private sealed class InLibc : Loader
        {
            internal override IntPtr Open(byte[] path, int flags) { return dlopen(path, flags); }

            internal override IntPtr Find(IntPtr library, byte[] name) { return dlsym(library, name); }

            internal override IntPtr Error() { return dlerror(); }

            [DllImport("libc")]
            private static extern IntPtr dlopen(byte[] path, int flags);

            [DllImport("libc")]
            private static extern IntPtr dlsym(IntPtr library, byte[] name);

            [DllImport("libc")]
            private static extern IntPtr dlerror();
        }
    }
}
