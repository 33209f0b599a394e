import ApusGraph
import ApusInstructions

/// What some rows of a dense layer cost by codes, in cycles of a core that multiplies vectors of bytes by fours.
struct BlockDenseCost {
    var rows: Int
    var inputs: Int
    var outputs: Int
    let lanes: Int
    private let core = CoreModel()
    /// Cycles in which a call begins and ends.
    private let start = 60.0
    /// Cycles in which a block of inputs becomes digits.
    private let cutting = 32.0
    /// Cycles in which the sums of a block's digits become one number for each output.
    private let joining = 10.0
    /// Digits of a number, and words of four codes in a block.
    private let digits = 3.0
    private let words = 8.0

    /// Bytes that come from the second cache in a cycle.
    private let bandwidth = 32.0

    private var outputBlocks: Int { (outputs + lanes - 1) / lanes }

    var cycles: Double {
        let products = words * digits / core.multiplyAdds
        let block = cutting + Double(outputBlocks) * (products + joining)
        return start + Double(rows * BlockDenseParameters.blocks(inputs: inputs)) * block
    }

    /// Cycles in which the weights come as f32, which is what bounds one row: all weights of a network are read for each sample, and the
    /// nearest cache has no room for them.
    var fetchingNumbers: Double { Double(outputBlocks * lanes * inputs * ElementType.f32.size) / bandwidth }
}
