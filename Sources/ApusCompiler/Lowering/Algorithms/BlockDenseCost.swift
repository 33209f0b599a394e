import ApusInstructions

/// What some rows of a dense layer cost by codes, in cycles of a core that multiplies vectors of bytes by fours.
struct BlockDenseCost {
    var rows: Int
    var inputs: Int
    var outputs: Int
    let lanes: Int
    private let core = CoreModel()
    /// Cycles in which a block of inputs becomes digits.
    private let cutting = 32.0
    /// Cycles in which the sums of a block's digits become one number for each output.
    private let joining = 10.0
    /// Digits of a number, and words of four codes in a block.
    private let digits = 3.0
    private let words = 8.0

    var cycles: Double {
        let outputBlocks = Double((outputs + lanes - 1) / lanes)
        let products = words * digits / core.multiplyAdds
        let block = cutting + outputBlocks * (products + joining)
        return Double(rows * BlockDenseParameters.blocks(inputs: inputs)) * block
    }
}
