using System;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;

namespace Paywall.Interop
{
    /// <summary>
    /// What is wrong with a library's file, where the system's loader says it in unclear words or would kill the process.
    /// </summary>
    internal static class LibraryFile
    {
        private static readonly string[,] Meanings =
        {
            {
                @"version `GLIBC_\S+' not found",
                "it is built for a newer glibc than this system has; the packages of libpaywall need glibc 2.17"
            },
            {
                @"libc\.musl-|libc\.so: |Error relocating",
                "it is built for another C library, musl (Alpine) or glibc: install libpaywall for this one"
            },
            {
                @"ld-linux|libc\.so\.6: cannot open|Error loading shared library libc\.so\.6",
                "it is built for glibc, which this system does not have: install libpaywall for musl"
            },
            {
                "failed to map segment from shared object$|Operation not permitted",
                "its file system is mounted noexec, or a rule of the system forbids it: put it elsewhere"
            },
        };

        /// <summary>Why the file cannot be the library, as a look at it shows; null if nothing is wrong.</summary>
        internal static string? Problem(string path)
        {
            try
            {
                using (FileStream file = File.OpenRead(path))
                    return Native.IsWindows ? ForeignToWindows(file) : Native.IsLinux ? ForeignToLinux(file) ?? Cut(file) : null;
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                // The loader may look where this code may not, and says so otherwise.
                return null;
            }
        }

        /// <summary>What the loader said, with what it means.</summary>
        internal static string Explained(string words)
        {
            for (int index = 0; index < Meanings.GetLength(0); index++)
                if (Regex.IsMatch(words, Meanings[index, 0]))
                    return words + ": " + Meanings[index, 1];
            return words;
        }

        private static string? ForeignToLinux(FileStream file)
        {
            byte[]? theirs = Elf(file), ours;
            using (FileStream self = File.OpenRead("/proc/self/exe"))
                ours = Elf(self);
            if (theirs == null || ours == null || Machine(theirs) == Machine(ours))
                return null;
            return Foreign(ElfName(Machine(theirs)), ElfName(Machine(ours)));
        }

        private static string? ForeignToWindows(FileStream file)
        {
            byte[] place = Read(file, 0x3c, 4);
            if (place.Length < 4)
                return null;
            byte[] head = Read(file, BitConverter.ToUInt32(place, 0), 6);
            if (head.Length < 6 || Encoding.ASCII.GetString(head, 0, 4) != "PE\0\0")
                return null;
            string theirs = PortableName(BitConverter.ToUInt16(head, 4));
            return theirs == Native.Architecture ? null : Foreign(theirs, Native.Architecture);
        }

        private static string Foreign(string theirs, string ours)
        {
            return "is built for " + theirs + ", but this process runs as " + ours + ": install libpaywall for that machine";
        }

        /// <summary>
        /// If a copy stopped halfway, the loader maps the file anyway, and then SIGBUS kills the process. The table of sections
        /// is the last part of a file.
        /// </summary>
        private static string? Cut(FileStream file)
        {
            byte[]? head = Elf(file);
            // Big-endian machines have no package.
            if (head == null || head[5] != 1)
                return null;
            bool wide = head[4] == 2;
            ulong offset = wide ? BitConverter.ToUInt64(head, 0x28) : BitConverter.ToUInt32(head, 0x20);
            int sizes = wide ? 0x3a : 0x2e;
            ulong whole = offset + (ulong)(BitConverter.ToUInt16(head, sizes) * BitConverter.ToUInt16(head, sizes + 2));
            return (ulong)file.Length >= whole
                ? null : "is cut off: it has " + file.Length + " bytes of " + whole + "; copy it again";
        }

        /// <summary>The header of an ELF file, or null: about other files the loader is clear.</summary>
        private static byte[]? Elf(FileStream file)
        {
            byte[] head = Read(file, 0, 64);
            bool isElf = head.Length == 64 && head[0] == 0x7f && Encoding.ASCII.GetString(head, 1, 3) == "ELF"
                && (head[4] == 1 || head[4] == 2) && (head[5] == 1 || head[5] == 2) && head[6] == 1;
            return isElf ? head : null;
        }

        private static byte[] Read(FileStream file, long position, int length)
        {
            var bytes = new byte[length];
            file.Position = position;
            int have = 0, more;
            while (have < length && (more = file.Read(bytes, have, length - have)) > 0)
                have += more;
            Array.Resize(ref bytes, have);
            return bytes;
        }

        private static ushort Machine(byte[] head)
        {
            return BitConverter.ToUInt16(head, 18);
        }

        private static string ElfName(ushort machine)
        {
            switch (machine)
            {
                case 3: return "x86";
                case 40: return "arm";
                case 62: return "x64";
                case 183: return "arm64";
            }
            return "ELF machine " + machine;
        }

        private static string PortableName(ushort machine)
        {
            switch (machine)
            {
                case 0x14c: return "x86";
                case 0x8664: return "x64";
                case 0xaa64: return "arm64";
            }
            return "PE machine " + machine;
        }
    }
}
