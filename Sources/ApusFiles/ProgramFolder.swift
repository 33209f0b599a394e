import Glibc

/// The folder of the program that runs, without a slash at its end. Links to the program are followed.
/// - Returns: nothing where the system doesn't tell, as without `/proc`.
package func programFolder() -> String? {
    guard let path = unsafe realpath("/proc/self/exe", nil) else { return nil }
    defer { unsafe free(path) }
    let text = unsafe String(cString: path)
    return text.lastIndex(of: "/").map { String(text[..<$0]) }
}
