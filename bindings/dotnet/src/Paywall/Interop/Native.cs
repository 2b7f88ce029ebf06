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

        /// <summary>The name of a library's file: this, a version, and the suffix.</summary>
        internal static readonly string Prefix = IsWindows ? "paywall" : "libpaywall";

        internal static readonly string Suffix = IsWindows ? ".dll" : IsMac ? ".dylib" : ".so";

        /// <summary>The system's library, by its soname.</summary>
        internal static readonly string FileName =
            IsWindows ? "paywall.dll" : IsMac ? "libpaywall.1.dylib" : "libpaywall.so.1";

        /// <summary>The folders below the assembly's, for the architecture of this process.</summary>
        internal static readonly string[] Below =
        {
            Architecture(),
            Path.Combine("runtimes", (IsWindows ? "win-" : IsMac ? "osx-" : "linux-") + Architecture(), "native"),
            "",
        };

        private const int Now = 2;
        private const uint FromItsFolder = 8;

        // glibc before 2.34 has dlopen in libdl; all others have it in libc.
        private static bool isInLibc;

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
            byte[] name = Encoding.UTF8.GetBytes(path + "\0");
            IntPtr library;
            // Call dlerror once before: looking that function up for the first time would clear the reason.
            try
            {
                ErrorInLibdl();
                library = OpenInLibdl(name, Now);
            }
            catch (Exception error) when (error is DllNotFoundException || error is EntryPointNotFoundException)
            {
                isInLibc = true;
                ErrorInLibc();
                library = OpenInLibc(name, Now);
            }
            if (library == IntPtr.Zero)
                reason = Marshal.PtrToStringAnsi(isInLibc ? ErrorInLibc() : ErrorInLibdl()) ?? "unknown reason";
            return library;
        }

        internal static IntPtr Find(IntPtr library, string name)
        {
            if (IsWindows)
                return GetProcAddress(library, name);
            byte[] bytes = Encoding.ASCII.GetBytes(name + "\0");
            return isInLibc ? FindInLibc(library, bytes) : FindInLibdl(library, bytes);
        }

        private static string Architecture()
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

        [DllImport("libdl.so.2", EntryPoint = "dlopen")]
        private static extern IntPtr OpenInLibdl(byte[] path, int flags);

        [DllImport("libdl.so.2", EntryPoint = "dlsym")]
        private static extern IntPtr FindInLibdl(IntPtr library, byte[] name);

        [DllImport("libdl.so.2", EntryPoint = "dlerror")]
        private static extern IntPtr ErrorInLibdl();

        [DllImport("libc", EntryPoint = "dlopen")]
        private static extern IntPtr OpenInLibc(byte[] path, int flags);

        [DllImport("libc", EntryPoint = "dlsym")]
        private static extern IntPtr FindInLibc(IntPtr library, byte[] name);

        [DllImport("libc", EntryPoint = "dlerror")]
        private static extern IntPtr ErrorInLibc();
    }
}
