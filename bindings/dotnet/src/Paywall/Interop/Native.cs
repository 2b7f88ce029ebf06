using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Paywall.Interop
{
    /// <summary>
    /// The operating system's loader. Not DllImport: it takes no path at run time, and so it finds no library beside an
    /// assembly that ASP.NET has copied elsewhere, nor one for the bitness of this very process.
    /// </summary>
    internal static class Native
    {
        internal static readonly bool IsWindows = Path.DirectorySeparatorChar == '\\';

        // .NET Framework and Mono call macOS Unix.
        private static readonly bool IsMac = !IsWindows && Directory.Exists("/System/Library/Frameworks");

        /// <summary>What a library's file is called, around a version.</summary>
        internal static readonly string Prefix = IsWindows ? "paywall" : "libpaywall";

        internal static readonly string Suffix = IsWindows ? ".dll" : IsMac ? ".dylib" : ".so";

        /// <summary>The system's own, by its soname.</summary>
        internal static readonly string FileName =
            IsWindows ? "paywall.dll" : IsMac ? "libpaywall.1.dylib" : "libpaywall.so.1";

        /// <summary>The folders beside the assembly, for this process's own kind of processor.</summary>
        internal static readonly string[] Below =
        {
            Architecture(),
            Path.Combine("runtimes", (IsWindows ? "win-" : IsMac ? "osx-" : "linux-") + Architecture(), "native"),
            "",
        };

        private const int Now = 2;
        private const uint FromItsFolder = 8;

        // glibc before 2.34 has dlopen there, everybody else in libc.
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
            // The reason is asked for once before: finding that function for the first time would wipe the reason.
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
