import ApusFiles
import Glibc
import TestSupport
import Testing

@Suite struct FolderTests {
    private let place = TestFolder()
    private var folder: String { place.path }

    /// What killed processes left is told from files that only look a little like it.
    @Test func partialFilesAreRemoved() throws {
        let others = [
            "a", "a.1-0.partial.1", "a.-0.partial", "a.1-x.partial", "a.1-2-3.partial", "a.partial", "ab.1-0.partial",
            "a.12.partial", "b.1-0.partial",
        ]
        for name in others + ["a.1-0.partial", "a.4194304-99.partial"] { _ = try place.write(name, "\(name)") }
        try removePartialFiles(of: "\(folder)/a")
        #expect(place.names == others.sorted())
        try removePartialFiles(of: "\(folder)/none")
        #expect(place.names == others.sorted())
        // Beside the file that a link points to, for that is where it is written.
        try makeFolder("\(folder)/x")
        #expect(symlink("\(folder)/b", "\(folder)/x/a") == 0)
        _ = try place.write("b", "")
        try removePartialFiles(of: "\(folder)/x/a")
        #expect(!place.names.contains("b.1-0.partial"))
        let error = #expect(throws: FileError.self) { try removePartialFiles(of: "\(folder)/none/a") }
        #expect(error?.description == "\(folder)/none: can't list it: No such file or directory; check the path")
    }

    /// A file that a process was killed at is one of those: the name that it is written under is known here.
    @Test func whatIsBeingWrittenIsPartial() throws {
        let file = try AtomicFile("\(folder)/a")
        #expect(place.names.count == 1)
        try removePartialFiles(of: "\(folder)/a")
        #expect(place.names.isEmpty)
        _ = consume file
    }

    @Test func namesAndRemoval() throws {
        for name in ["b", "a", ".c"] { _ = try place.write(name, "") }
        #expect(try names(in: folder).sorted() == [".c", "a", "b"])
        try removeFile("\(folder)/a")
        try removeFile("\(folder)/a")
        #expect(try names(in: folder).sorted() == [".c", "b"])
        try makeFolder("\(folder)/x")
        let error = #expect(throws: FileError.self) { try removeFile("\(folder)/x") }
        #expect(error?.description == "\(folder)/x: can't remove it: Is a directory")
    }

    @Test(arguments: [
        (ENOSPC, "No space left on device; make room on the disk"),
        (EDQUOT, "Disk quota exceeded; make room within your quota of the disk"),
        (EFBIG, "File too large; raise the limit of a file's size (ulimit -f)"),
        (EIO, "Input/output error; look for what is wrong with the disk"),
    ])
    func errorsOfDisksSayWhatToDo(code: Int32, text: String) {
        #expect(FileError(path: "a", doing: "write it", code: code).description == "a: can't write it: \(text)")
    }
}
