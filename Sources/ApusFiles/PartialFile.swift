import Glibc

/// What an ``AtomicFile`` is called until it is whole: `NAME.PROCESS-ATTEMPT.partial`, beside the file that it is to become.
enum PartialFile {
    static func path(for destination: String, process: pid_t, attempt: Int) -> String {
        "\(destination).\(process)-\(attempt).partial"
    }

    /// Whether a name is that of a file that was to become `destination`, in the same folder.
    static func isPartial(_ name: String, of destination: String) -> Bool {
        guard name.hasPrefix(destination + "."), name.hasSuffix(".partial") else { return false }
        let numbers = name.dropFirst(destination.count + 1).dropLast(8).split(
            separator: "-", omittingEmptySubsequences: false)
        return numbers.count == 2
            && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}

/// Removes what killed processes left of a file that they were about to replace. For whoever is the only one to write it.
package func removePartialFiles(of path: String) throws(FileError) {
    let destination = resolved(path)
    let (folder, name) = separated(destination)
    for partial in try names(in: folder) where PartialFile.isPartial(partial, of: name) {
        try removeFile("\(folder)/\(partial)")
    }
}
