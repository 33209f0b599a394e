import ApusInstructions

/// What a register holds: a chunk of numbers, or one vector of equal ones.
struct MapRegister<Element> {
    var address: UnsafeMutablePointer<Element>
    /// Anded with an index: 0 where all numbers are equal, else all ones.
    var mask: Int
}

/// The part of an operand that a chunk covers: rows of elements, in elements of its own type.
struct MapTile {
    var address: UnsafeMutableRawPointer
    var rows: Int
    var rowStride: Int
    var count: Int
    var stride: Int
}

/// One of the number types that map programs compute in.
protocol MapCompute {
    associatedtype Element: BitwiseCopyable
    associatedtype Block: SIMD where Block.Scalar == Element
    static var type: StoredType { get }
    /// Converts a tile's elements, row by row, to a register.
    static func load(_ tile: MapTile, _ type: StoredType, to register: UnsafeMutablePointer<Element>)
    /// Converts a register's numbers to a tile's elements.
    static func store(_ register: UnsafeMutablePointer<Element>, to tile: MapTile, _ type: StoredType)
    /// Computes one step that reads registers, for `count` numbers, a multiple of the lanes.
    static func execute(
        _ operation: MapStep.Operation, _ first: MapRegister<Element>, _ second: MapRegister<Element>,
        _ third: MapRegister<Element>, _ result: UnsafeMutablePointer<Element>, count: Int)
    static func constant(bits: UInt64) -> Element
    static func number(_ index: Int) -> Element
}

extension MapCompute {
    typealias Numbers = UnsafeMutablePointer<Element>
    typealias Register = MapRegister<Element>

    @inline(__always)
    static func block(_ register: Register, at index: Int) -> Block {
        UnsafeRawPointer(register.address + (index & register.mask)).loadUnaligned(as: Block.self)
    }

    @inline(__always)
    static func put(_ block: Block, _ result: Numbers, at index: Int) {
        UnsafeMutableRawPointer(result + index).storeBytes(of: block, as: Block.self)
    }

    @inline(__always)
    static func apply(_ first: Register, _ result: Numbers, _ count: Int, _ function: (Block) -> Block) {
        var index = 0
        while index < count {
            put(function(block(first, at: index)), result, at: index)
            index += lanes
        }
    }

    @inline(__always)
    static func apply(
        _ first: Register, _ second: Register, _ result: Numbers, _ count: Int, _ function: (Block, Block) -> Block
    ) {
        var index = 0
        while index < count {
            put(function(block(first, at: index), block(second, at: index)), result, at: index)
            index += lanes
        }
    }

    @inline(__always)
    static func apply(
        _ first: Register, _ second: Register, _ third: Register, _ result: Numbers, _ count: Int,
        _ function: (Block, Block, Block) -> Block
    ) {
        var index = 0
        while index < count {
            put(
                function(block(first, at: index), block(second, at: index), block(third, at: index)), result, at: index)
            index += lanes
        }
    }

    /// For functions that are computed number by number.
    @inline(__always)
    static func applyEach(_ first: Register, _ result: Numbers, _ count: Int, _ function: (Element) -> Element) {
        for index in 0..<count {
            result[index] = function(first.address[lane(index, of: first)])
        }
    }

    @inline(__always)
    static func applyEach(
        _ first: Register, _ second: Register, _ result: Numbers, _ count: Int,
        _ function: (Element, Element) -> Element
    ) {
        for index in 0..<count {
            result[index] = function(first.address[lane(index, of: first)], second.address[lane(index, of: second)])
        }
    }

    @inline(__always)
    private static func lane(_ index: Int, of register: Register) -> Int { index & register.mask }

    /// Converts the elements of a tile one after the other.
    @inline(__always)
    static func convert<Stored>(
        from tile: MapTile, to register: Numbers, as type: Stored.Type, _ function: (Stored) -> Element
    ) {
        var row = tile.address.assumingMemoryBound(to: Stored.self)
        var result = register
        for _ in 0..<tile.rows {
            if tile.stride == 1 {
                for index in 0..<tile.count { result[index] = function(row[index]) }
            } else {
                for index in 0..<tile.count { result[index] = function(row[index &* tile.stride]) }
            }
            result += tile.count
            row += tile.rowStride
        }
    }

    /// Converts numbers to the elements of a tile one after the other.
    @inline(__always)
    static func convert<Stored>(
        _ register: Numbers, to tile: MapTile, as type: Stored.Type, _ function: (Element) -> Stored
    ) {
        var row = tile.address.assumingMemoryBound(to: Stored.self)
        var source = register
        for _ in 0..<tile.rows {
            if tile.stride == 1 {
                for index in 0..<tile.count { row[index] = function(source[index]) }
            } else {
                for index in 0..<tile.count { row[index &* tile.stride] = function(source[index]) }
            }
            source += tile.count
            row += tile.rowStride
        }
    }
}
