/// Products, convolutions and pools of other ranks than two, attention and recurrent layers. Their attributes are explained in the
/// language reference. `parameters` takes the place of those that the operator brings by itself.
extension GraphBuilder {
    public mutating func linear(
        _ x: ValueID, parameters: [ValueID] = [], units: Int, bias: Bool = true, name: String? = nil
    ) -> ValueID {
        call(Linear(units: units, bias: bias), [x] + parameters, name)
    }

    public mutating func matmul(
        _ a: ValueID, _ b: ValueID, transposeA: Bool = false, transposeB: Bool = false, name: String? = nil
    ) -> ValueID {
        call(MatMul(transposeA: transposeA, transposeB: transposeB), [a, b], name)
    }

    /// - Parameter equation: the letters of each operand's dimensions, and of the result's: `"bij,bjk->bik"`.
    public mutating func einsum(_ equation: String, _ operands: ValueID..., name: String? = nil) -> ValueID {
        call(Einsum(equation), operands, name)
    }

    public mutating func conv1d(
        _ x: ValueID, parameters: [ValueID] = [], filters: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true, name: String? = nil
    ) -> ValueID {
        let operation = Convolution1D(
            filters: filters, kernel: kernel, stride: stride, padding: (padding, padding), dilation: dilation,
            groups: groups, bias: bias)
        return call(operation, [x] + parameters, name)
    }

    public mutating func conv3d(
        _ x: ValueID, parameters: [ValueID] = [], filters: Int, kernel: [Int], stride: [Int] = [1, 1, 1],
        padding: [Int] = [0, 0, 0], dilation: [Int] = [1, 1, 1], groups: Int = 1, bias: Bool = true,
        name: String? = nil
    ) -> ValueID {
        let operation = Convolution3D(
            filters: filters, kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups,
            bias: bias)
        return call(operation, [x] + parameters, name)
    }

    public mutating func convTranspose2d(
        _ x: ValueID, parameters: [ValueID] = [], filters: Int, kernel: Extent, stride: Extent = 1,
        padding: Extent = 0, outputPadding: Extent = 0, groups: Int = 1, bias: Bool = true, name: String? = nil
    ) -> ValueID {
        let operation = ConvolutionTranspose2D(
            filters: filters, kernel: kernel.numbers, stride: stride.numbers, padding: padding.numbers,
            outputPadding: outputPadding.numbers, groups: groups, bias: bias)
        return call(operation, [x] + parameters, name)
    }

    public mutating func maxPool1d(
        _ x: ValueID, window: Int, stride: Int? = nil, padding: Int = 0, ceil: Bool = false, name: String? = nil
    ) -> ValueID {
        call(MaxPool1D(window: [window], stride: stride.map { [$0] }, padding: [padding], ceil: ceil), [x], name)
    }

    /// - Parameters:
    ///   - mask: f32 that is added to the products, or bool that is true where a query sees a key.
    ///   - lengths: how many of a sample's keys count.
    ///   - causalOffset: where it is given, query `i` sees only the keys up to `i + causalOffset`.
    public mutating func attention(
        _ query: ValueID, _ key: ValueID, _ value: ValueID, mask: ValueID? = nil, lengths: ValueID? = nil, heads: Int,
        keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil, name: String? = nil
    ) -> ValueID {
        let operation = Attention(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
        return call(operation, [query, key, value] + [mask, lengths].compactMap { $0 }, name)
    }

    /// Self-attention of tokens.
    public mutating func multiHeadAttention(
        _ tokens: ValueID, parameters: [ValueID] = [], heads: Int, keyHeads: Int? = nil, causalOffset: Int? = nil,
        bias: Bool = true, name: String? = nil
    ) -> ValueID {
        let operation = MultiHeadAttention(heads: heads, keyHeads: keyHeads, causalOffset: causalOffset, bias: bias)
        return call(operation, [tokens] + parameters, name)
    }

    /// The states after each step, the last state, and the last cell.
    public mutating func lstm(
        _ x: ValueID, lengths: ValueID? = nil, parameters: [ValueID] = [], hidden: Int,
        direction: RecurrentDirection = .forward, bias: Bool = true, names: [String] = []
    ) -> (states: ValueID, state: ValueID, cell: ValueID) {
        let operands = [x] + [lengths].compactMap { $0 } + parameters
        let results = callAll(LSTM(hidden: hidden, direction: direction, bias: bias), operands, count: 3, names)
        return (results[0], results[1], results[2])
    }

    /// The states after each step, and the last state.
    public mutating func gru(
        _ x: ValueID, lengths: ValueID? = nil, parameters: [ValueID] = [], hidden: Int,
        direction: RecurrentDirection = .forward, resetsAfter: Bool = true, bias: Bool = true, names: [String] = []
    ) -> (states: ValueID, state: ValueID) {
        let operation = GRU(hidden: hidden, direction: direction, resetsAfter: resetsAfter, bias: bias)
        let results = callAll(operation, [x] + [lengths].compactMap { $0 } + parameters, count: 2, names)
        return (results[0], results[1])
    }
}
