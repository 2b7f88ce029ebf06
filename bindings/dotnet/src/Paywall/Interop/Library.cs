using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Text;

namespace Paywall.Interop
{
    /// <summary>Finds libpaywall once per process (and application domain), when you make the first client.</summary>
    internal static class Library
    {
        private const string Variable = "PAYWALL_LIBRARY";
        private static readonly object Lock = new object();
        private static volatile Functions? functions;

        /// <summary>The library. After a failure, the next call tries again.</summary>
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
                reason = "a path must not contain NUL";
            else if (!isName && !IsAbsolute(path))
                reason = Variable + " must be an absolute path";
            else if (!isName && !File.Exists(path))
                reason = "no such file";
            else
                try
                {
                    string? problem = isName ? null : LibraryFile.Problem(path);
                    if (problem != null)
                    {
                        reason = problem;
                        return null;
                    }
                    IntPtr library = Native.Open(path, out reason);
                    if (library != IntPtr.Zero)
                        return new Functions(name => Native.Find(library, name));
                    reason = LibraryFile.Explained(reason);
                }
                catch (NotSupportedException error)
                {
                    reason = error.Message;
                }
            return null;
        }

        /// <summary>What to try, in this order. If the environment names a library, only that one.</summary>
        private static List<string> Candidates()
        {
            string? named = Environment.GetEnvironmentVariable(Variable);
            if (named != null && named.Length > 0)
                return new List<string> { named };
            var paths = new List<string>();
            foreach (string folder in Folders())
                foreach (string below in Native.Below)
                    AddFiles(paths, Path.Combine(folder, below));
            // Windows would search for a bare name along PATH and in the current folder.
            if (!Native.IsWindows)
                paths.Add(Native.FileName);
            return paths;
        }

        /// <summary>
        /// Where the assembly was deployed (ASP.NET runs a copy elsewhere, without the library beside it), where it runs,
        /// and the program's folder. The last one is for single-file programs: they have no assembly files or unpack them
        /// elsewhere, and the framework then gives that other folder as the program's.
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

        /// <summary>
        /// The assembly's file: the deployed one, and the one that runs. None for an assembly from memory: its code base is
        /// made up, on Mono in the folder above the current one.
        /// </summary>
        private static List<string> Own()
        {
            var files = new List<string>();
            Assembly assembly = typeof(Library).Assembly;
            Add(files, () => assembly.Location);
            if (files.Count > 0)
                Add(files, () => new Uri(assembly.EscapedCodeBase).LocalPath);
            files.RemoveAll(file => !File.Exists(file));
            // The deployed one first.
            files.Reverse();
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
                // An assembly from memory, or inside the program, has no file. How it says so depends on the runtime.
            }
            // A relative one would depend on the current folder, where others may write.
            if (place == null || place.Length == 0 || !IsAbsolute(place))
                return;
            place = place.Length > 1 ? place.TrimEnd(Path.DirectorySeparatorChar) : place;
            if (!places.Contains(place))
                places.Add(place);
        }

        /// <summary>
        /// The names with a version, newest first, then the plain one. A process holds the file that it has loaded, so you
        /// put a new version beside it under its own name.
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
                // The folder cannot be listed; the plain name below gives the reason.
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
            // For Windows, paywall.dll beside Paywall.dll is the assembly itself.
            else if (!Own().Exists(file => file.Equals(plain, StringComparison.OrdinalIgnoreCase)))
                paths.Add(plain);
        }

        private static bool IsAbsolute(string path)
        {
            if (!Native.IsWindows)
                return path[0] == '/';
            // Path.IsPathRooted accepts \x and C:x too, and these depend on the current folder.
            return path.StartsWith(@"\\", StringComparison.Ordinal)
                || path.Length > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
        }
    }
}
