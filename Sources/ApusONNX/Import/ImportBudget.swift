import ApusFiles
import ApusGraph

/// How much an import may compute, and how large what it makes may become. A few bytes of a file can ask for any amount of either: by
/// loops and functions in one another, by constants in loops, by numbers that count something. What is allowed grows with the file,
/// so that large models are none the worse for it.
struct ImportBudget: Sendable {
    /// Nanoseconds, about, for what is computed of constants: a tenth of a second.
    private var work = 1 << 27
    /// Bytes of nodes, values and constants: three tenths of a second.
    private var size = 40 << 20
    /// Bytes of memory that what was made takes.
    private var made = 0

    /// Bytes of a graph for each byte of a file, whose elements may be a byte each, and its nodes some ten bytes.
    private static let sizePerByte = 16

    /// Lets the graph be as large as that of a file with so many more bytes.
    mutating func grow(byteCount: Int) {
        size += min(byteCount, 1 << 40) * Self.sizePerByte
    }

    /// Takes from what may be computed, unless too little is left.
    mutating func affords(work: Int) -> Bool {
        guard work <= self.work else { return false }
        self.work -= work
        return true
    }

    /// - Throws: ``BudgetError`` where less is left of what the graph may become.
    func require(size: Int, memory: Int) throws(BudgetError) {
        guard size <= self.size else { throw .size }
        guard memory <= MemoryLimit.bytes - made else { throw .memory(limit: MemoryLimit.bytes) }
    }

    /// Takes from what the graph may become.
    ///
    /// - Parameters:
    ///   - size: bytes, as they count for the time that it takes.
    ///   - memory: bytes of it that stay.
    /// - Throws: ``BudgetError`` where too little is left, and from then on.
    mutating func spend(size: Int, memory: Int) throws(BudgetError) {
        do throws(BudgetError) { try require(size: size, memory: memory) } catch {
            self.size = 0
            throw error
        }
        self.size -= size
        made += memory
    }
}

/// That a file asks for more than an import makes.
enum BudgetError: Error {
    /// More than its bytes are worth.
    case size
    /// More than the memory that it is given.
    case memory(limit: Int)

    var message: String {
        switch self {
        case .size: "with this the import would become much larger than the file"
        case .memory(let limit): "with this the import would take more than \(limit) bytes"
        }
    }

    var remedy: String {
        switch self {
        case .size: "shorten its loops, call functions less often, or store what it computes as an initializer"
        case .memory(let limit): "raise the memory limit of \(limit) bytes"
        }
    }

    var sentence: String { "\(message); \(remedy)" }
}

/// About how many bytes of memory parts of a graph take.
enum GraphSize {
    static func call(_ attributes: [Attribute], operands: Int) -> Int {
        attributes.reduce(128 + 64 * operands) { $0 + attribute($1.value) }
    }

    /// What an operator stands for: whatever is found out of it takes time for each part.
    static func composition(of operation: any CompositeOperator, _ operands: [TensorType]) -> Int {
        guard let graph = operation.composition(operands) else { return 1024 }
        let constants = graph.constants.reduce(0) { $0 + constant(count: $1.elements.count) }
        return graph.nodes.reduce(1024 + constants) { $0 + ($1.operation.asComposite == nil ? 1024 : 4096) }
    }

    static func value(_ type: TensorType, name: String) -> Int { 400 + 2 * name.utf8.count + 48 * type.rank }

    /// What it takes to compute with dimensions: their parts are compared with one another.
    static func arithmetic(_ dimensions: [Dimension]) -> Int {
        dimensions.reduce(0) { sum, dimension in
            guard case .expression = dimension else { return sum }
            let count = min(dimension.partCount, 1 << 16)
            return sum + (count > 2 ? 32 * count * count : 0)
        }
    }

    /// Elements are doubles, or integers of 64 bits.
    static func constant(count: Int) -> Int { 8 * min(count, 1 << 40) }

    private static func attribute(_ value: AttributeValue) -> Int {
        switch value {
        case .integers(let list): 64 + 8 * list.count
        case .numbers(let list): 64 + 8 * list.count
        case .dimensions(let list): 64 + 16 * list.count + arithmetic(list)
        case .string(let text), .word(let text): 64 + text.utf8.count
        case .integer, .number, .boolean: 64
        }
    }
}
