internal import ApusFiles

/// Counts the bytes of tensors before memory is taken for them.
struct ElementRoom {
    private let what: String
    /// Bytes of the section that no tensor has yet. Tensors that lie on one another could ask for any multiple of a file.
    private var stored: Int
    private var read = 0

    /// - Parameters:
    ///   - what: the tensors, for errors.
    ///   - section: where all of them are.
    init(_ what: String, section: Range<Int>) {
        self.what = what
        stored = section.count
    }

    /// Takes room for a tensor.
    ///
    /// - Parameters:
    ///   - stored: its bytes in the file.
    ///   - read: its bytes in memory.
    /// - Throws: ``ModelFileError`` where there is none left.
    mutating func take(stored: Int, read: Int) throws(ModelFileError) {
        guard stored <= self.stored else { throw .damaged("its \(what) lie on one another") }
        self.stored -= stored
        self.read += read
        guard self.read <= MemoryLimit.bytes else {
            throw ModelFileError(
                .tooLarge, "the \(what) of the model file take more than \(MemoryLimit.bytes) bytes once they are read",
                remedy: MemoryLimit.remedy)
        }
    }
}
