import ApusFiles
import Glibc
import TestSupport
import Testing

@Suite struct FileTests {
    private let place = TestFolder()
    private var folder: String { place.path }
    private var names: [String] { place.names }

    @Test func mapsWholeFiles() throws {
        let path = "\(folder)/a"
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try writeFile(bytes, to: path)
        #expect(try mapped(path) == bytes)
        try writeFile([], to: path)
        #expect(try mapped(path) == nil)
        #expect(try mapped(folder) == nil)
        #expect(throws: FileError(path: path, problem: "is larger than the 3 bytes that are read of such a file")) {
            try writeFile([1, 2, 3, 4], to: path)
            _ = try MappedFile(path, limit: 3) == nil
        }
        #expect(throws: FileError.self) { _ = try MappedFile("\(folder)/none") == nil }
    }

    private func mapped(_ path: String) throws -> [UInt8]? {
        guard let file = try MappedFile(path) else { return nil }
        return file.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }

    /// A copy stays what it was; a mapped file has zeros where bytes of it are gone.
    @Test func aFileMayBeCutShort() throws {
        MappedFile.catchShortening()
        let path = "\(folder)/a"
        for (count, isMapped) in [(MappedFile.largestCopy, false), (MappedFile.largestCopy + 1, true)] {
            let bytes = [UInt8](repeating: 7, count: count)
            try writeFile(bytes, to: path)
            let file = try #require(try MappedFile(path))
            let second = try #require(try MappedFile(path))
            #expect(file.isMapped == isMapped && file.size == count && file.path == path)
            #expect(UInt(bitPattern: file.address(of: 0)) % 64 == 0)
            truncate(path, 10_000)
            let read = file.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
            // What is left of the last page is zero, and the system says nothing of that.
            #expect(read.count == count && read.prefix(10_000).allSatisfy { $0 == 7 })
            #expect(read.last == (isMapped ? 0 : 7))
            #expect(file.isCutShort == isMapped && !second.isCutShort)
        }
    }

    @Test func writesWholeFiles() throws {
        let path = "\(folder)/a"
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try writeFile(bytes, to: path)
        #expect(try readFile(path) == bytes)
        try writeFile([], to: path)
        #expect(try readFile(path).isEmpty)
        #expect(names == ["a"])
    }

    @Test func withoutCommitNothingHappens() throws {
        let path = "\(folder)/a"
        try writeFile([1, 2, 3], to: path)
        do {
            var file = try AtomicFile(path)
            try file.write([9, 9])
            #expect(names.count == 2)
        }
        #expect(try readFile(path) == [1, 2, 3])
        #expect(names == ["a"])
    }

    @Test func keepsPermissionsAndLinks() throws {
        let path = "\(folder)/a"
        try writeFile([1], to: path)
        chmod(path, 0o640)
        symlink(path, "\(folder)/link")
        try writeFile([2], to: "\(folder)/link")
        #expect(try readFile(path) == [2])
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFREG | 0o640)
        #expect(lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func saysWhatIsWrong() throws {
        let none = "\(folder)/none/a"
        let write = #expect(throws: FileError.self) { try writeFile([1], to: none) }
        #expect(write?.description == "\(none): can't write beside it: No such file or directory; check the path")
        let read = #expect(throws: FileError.self) { try readFile(none) }
        #expect(read?.description == "\(none): can't open it: No such file or directory; check the path")
        let directory = #expect(throws: FileError.self) { try readFile(folder) }
        #expect(directory?.description == "\(folder): is a folder, not a file; name a file in it")
        let overFolder = #expect(throws: FileError.self) { try writeFile([1], to: folder) }
        #expect(overFolder?.problem == "exists and is not a regular file")
        try writeFile([1, 2, 3], to: "\(folder)/a")
        let large = #expect(throws: FileError.self) { try readFile("\(folder)/a", limit: 2) }
        #expect(large?.problem == "is larger than the 2 bytes that are read of such a file")
        #expect(throws: FileError.self) { try readFile("/dev/zero", limit: 1000) }
        #expect(throws: FileError.self) { try writeFile([1], to: "/dev/full") }
        #expect(names == ["a"])
    }

    @Test func makesFolders() throws {
        try makeFolder("\(folder)/x")
        try makeFolder("\(folder)/x/")
        #expect(isFolder("\(folder)/x"))
        try writeFile([], to: "\(folder)/file")
        let error = #expect(throws: FileError.self) { try makeFolder("\(folder)/file/y") }
        #expect(error?.path == "\(folder)/file/y" || error?.path == "\(folder)/file")
        #expect(throws: FileError.self) { try makeFolder("\(folder)/file") }
        try makeFolder("\(folder)/x/y/z")
        #expect(isFolder("\(folder)/x/y/z"))
        rmdir("\(folder)/x/y/z")
        rmdir("\(folder)/x/y")
    }
}
