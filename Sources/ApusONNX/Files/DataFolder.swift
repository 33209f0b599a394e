import ApusFiles
import ApusGraph
import ONNXSchema

/// The folder of a model, where tensors may lie in files of their own.
struct DataFolder: Sendable {
    let path: String
    private var files: [String: MappedFile] = [:]
    /// Bytes of the files that were opened since somebody asked.
    private var newByteCount = 0

    /// - Parameter model: the path of the model's file.
    init(of model: String) {
        let parts = model.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        path = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    }

    /// The bytes of a tensor that names a file: mapped, not copied.
    ///
    /// - Throws: ``TensorError`` where it names none, one that doesn't lie in this folder, or more than the file has.
    mutating func data(_ entries: [StringStringEntryProto], length: Int) throws(TensorError) -> ExternalData {
        func entry(_ key: String) -> String? { entries.first { $0.key == key }?.value }
        guard let location = entry("location"), !location.isEmpty else {
            throw TensorError("its data is external, and no location says where")
        }
        let file = try open(location)
        let start = entry("offset").map { Int($0) } ?? 0
        let given = entry("length").map { Int($0) } ?? length
        guard let start, let given, given == length, start >= 0, start <= file.size, length <= file.size - start else {
            throw TensorError(
                "its \(length) bytes can't be at offset \(entry("offset") ?? "0") of '\(location)', which has \(file.size)"
            )
        }
        return ExternalData(file: file, range: start..<start + length)
    }

    private mutating func open(_ location: String) throws(TensorError) -> MappedFile {
        if let opened = files[location] { return opened }
        let place = "\(path)/\(location)"
        // A link may lead out of the folder as well as a path.
        guard !location.hasPrefix("/"), !location.utf8.contains(0),
            !location.split(separator: "/").contains(".."), isWithin(place, folder: path)
        else { throw TensorError("its data lies outside of the model's folder, in '\(location)'") }
        let file: MappedFile?
        do throws(FileError) { file = try MappedFile(place) } catch {
            throw TensorError("its data can't be read: \(error)")
        }
        guard let file else { throw TensorError("its data should be in '\(location)', which is empty or no file") }
        files[location] = file
        newByteCount += file.size
        return file
    }

    /// A file that was cut short while it was open, so that zeros were read of it.
    var fileCutShort: String? { files.first { $0.value.isCutShort }?.key }

    /// How many bytes the files have that were opened since the last time.
    mutating func takeNewByteCount() -> Int {
        defer { newByteCount = 0 }
        return newByteCount
    }
}

/// Bytes of a tensor that lie in a file of their own.
struct ExternalData: Sendable {
    let file: MappedFile
    let range: Range<Int>

    func elements(_ type: ElementType) -> Elements {
        file.withBytes { Elements($0.extracting(range), of: type) }
    }

    /// The elements of f32.
    func singlePrecision() -> [Float] {
        file.withBytes { [Float](littleEndian: $0.extracting(range)) }
    }
}
