using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Text;

namespace Paywall.Interop
{
    /// <summary>Finds libpaywall: once per process (and application domain), when the first client is made.</summary>
    internal static class Library
    {
        private const string Variable = "PAYWALL_LIBRARY";
        private static readonly object Lock = new object();
        private static volatile Functions? functions;

        /// <summary>The library. A failure is not remembered: the next call tries again.</summary>
        internal static Functions Get()
        {
            if (functions == null)
                lock (Lock)
                    if (functions == null)
                        functions = Load();
            return functions;
        }

        private static Functions Load()
        {
            var tried = new StringBuilder();
            foreach (string path in Candidates())
            {
                string reason;
                Functions? found = Try(path, out reason);
                if (found != null)
                    return found;
                tried.Append(tried.Length == 0 ? "" : "; ").Append(path).Append(": ").Append(reason);
            }
            throw new PaywallLibraryException(new ResendOtpResult(
                PaywallStatuses.Invalid, PaywallActions.FixConfiguration,
                "libpaywall could not be loaded into this " + (IntPtr.Size == 8 ? "64" : "32") + "-bit process. Tried " + tried,
                new PaywallErrorInfo(PaywallKinds.Config, Variable, "config")));
        }

        private static Functions? Try(string path, out string reason)
        {
            bool isName = !Native.IsWindows && path == Native.FileName;
            if (path.IndexOf('\0') >= 0)
                reason = "no path contains NUL";
            else if (!isName && !IsAbsolute(path))
                reason = Variable + " must be an absolute path";
            else if (!isName && !File.Exists(path))
                reason = "no such file";
            else
                try
                {
                    IntPtr library = Native.Open(path, out reason);
                    if (library != IntPtr.Zero)
                        return new Functions(name => Native.Find(library, name));
                }
                catch (NotSupportedException error)
                {
                    reason = error.Message;
                }
            return null;
        }

        /// <summary>What is tried, in this order. A library that the environment names is the only one.</summary>
        private static List<string> Candidates()
        {
            string? named = Environment.GetEnvironmentVariable(Variable);
            if (named != null && named.Length > 0)
                return new List<string> { named };
            var paths = new List<string>();
            foreach (string folder in Folders())
                foreach (string below in Native.Below)
                    AddFiles(paths, Path.Combine(folder, below));
            // On Windows a bare name would be searched for along PATH and in the current folder.
            if (!Native.IsWindows)
                paths.Add(Native.FileName);
            return paths;
        }

        /// <summary>
        /// Where the assembly is: as it was deployed (ASP.NET runs a copy elsewhere, without the library beside it), as it
        /// runs, and the program's folder: a single-file program has no assembly files, or unpacks them elsewhere, and
        /// what the framework calls its folder is then that other one.
        /// </summary>
        private static List<string> Folders()
        {
            var folders = new List<string>();
            foreach (string file in Own())
                Add(folders, () => Path.GetDirectoryName(file));
            Add(folders, () => AppDomain.CurrentDomain.BaseDirectory);
            Add(folders, () => Path.GetDirectoryName(Process.GetCurrentProcess().MainModule.FileName));
            return folders;
        }

        /// <summary>The assembly's file, as it was deployed and as it runs.</summary>
        private static List<string> Own()
        {
            var files = new List<string>();
            Assembly assembly = typeof(Library).Assembly;
            Add(files, () => new Uri(assembly.EscapedCodeBase).LocalPath);
            Add(files, () => assembly.Location);
            return files;
        }

        private static void Add(List<string> places, Func<string?> find)
        {
            string? place = null;
            try
            {
                place = find();
            }
            catch (Exception)
            {
                // Assemblies that were loaded from memory, or are part of the program, have no place, and say so variously.
            }
            if (place == null || place.Length == 0)
                return;
            place = place.Length > 1 ? place.TrimEnd(Path.DirectorySeparatorChar) : place;
            if (!places.Contains(place))
                places.Add(place);
        }

        /// <summary>
        /// The versioned names, newest first, then the plain one. A process holds the file that it has loaded: a new
        /// version is put beside it under its own name.
        /// </summary>
        private static void AddFiles(List<string> paths, string folder)
        {
            var versioned = new List<KeyValuePair<Version, string>>();
            try
            {
                if (Directory.Exists(folder))
                    foreach (string file in Directory.GetFiles(folder, Native.Prefix + "-*" + Native.Suffix))
                    {
                        string name = Path.GetFileName(file);
                        int length = name.Length - Native.Prefix.Length - 1 - Native.Suffix.Length;
                        Version version;
                        if (length > 0 && Version.TryParse(name.Substring(Native.Prefix.Length + 1, length), out version))
                            versioned.Add(new KeyValuePair<Version, string>(version, file));
                    }
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                // A folder that cannot be listed; the plain name below tells why.
            }
            versioned.Sort((left, right) => right.Key.CompareTo(left.Key));
            foreach (KeyValuePair<Version, string> file in versioned)
                paths.Add(file.Value);
            string plain = Path.Combine(folder, Native.Prefix + Native.Suffix);
            if (!Native.IsWindows)
            {
                paths.Add(plain);
                paths.Add(Path.Combine(folder, Native.FileName));
            }
            // To Windows, paywall.dll beside Paywall.dll is that very assembly.
            else if (!Own().Exists(file => file.Equals(plain, StringComparison.OrdinalIgnoreCase)))
                paths.Add(plain);
        }

        private static bool IsAbsolute(string path)
        {
            if (!Native.IsWindows)
                return path[0] == '/';
            // Path.IsPathRooted takes \x and C:x as well, and these depend on the current folder.
            return path.StartsWith(@"\\", StringComparison.Ordinal)
                || path.Length > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
        }
    }
}
