/// Texts and numbers for C, which are freed with their owner.
@safe
struct CMemory: ~Copyable {
    private var blocks: [UnsafeMutableRawPointer]

    init() { unsafe blocks = [] }

    deinit {
        for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
    }

    /// A copy of a text that ends with a zero.
    mutating func text(_ text: String) -> UnsafePointer<CChar> {
        let copy = unsafe CMemory.copy(of: text)
        unsafe blocks.append(UnsafeMutableRawPointer(copy))
        return unsafe UnsafePointer(copy)
    }

    /// A copy of these numbers; not NULL where there are none.
    mutating func numbers(_ numbers: [Int]) -> UnsafePointer<Int64> {
        let room = UnsafeMutablePointer<Int64>.allocate(capacity: max(numbers.count, 1))
        unsafe room.initialize(repeating: 0, count: max(numbers.count, 1))
        for (index, number) in numbers.enumerated() { unsafe room[index] = Int64(number) }
        unsafe blocks.append(UnsafeMutableRawPointer(room))
        return unsafe UnsafePointer(room)
    }

    fileprivate static func copy(of text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = text.utf8CString
        let room = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe (room + index).initialize(to: byte) }
        return unsafe room
    }
}

/// A text for C that is there as long as the process.
@safe
struct StaticText: @unchecked Sendable {
    let start: UnsafePointer<CChar>

    init(_ text: String) { unsafe start = UnsafePointer(CMemory.copy(of: text)) }

    static let empty = StaticText("")
}
