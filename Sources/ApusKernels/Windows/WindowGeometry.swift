import ApusInstructions

/// One dimension of windows.
struct WindowAxis {
    let source, destination, window, stride, dilation, padding: Int

    @inline(__always)
    init(_ source: Int32, _ destination: Int32, _ window: Int32, _ stride: Int32, _ dilation: Int32, _ padding: Int32) {
        self.source = Int(source)
        self.destination = Int(destination)
        self.window = Int(window)
        self.stride = Int(stride)
        self.dilation = Int(dilation)
        self.padding = Int(padding)
    }

    /// Where the window at a position begins in the source: below zero in the padding.
    @inline(__always)
    func begin(_ position: Int) -> Int { position &* stride &- padding }

    /// The places of the window at a position that lie inside of the source.
    @inline(__always)
    func places(at position: Int) -> Range<Int> {
        let begin = begin(position)
        let first = begin < 0 ? (dilation - 1 - begin) / dilation : 0
        let end = begin < source ? min(window, (source - 1 - begin) / dilation + 1) : 0
        return first < end ? first..<end : 0..<0
    }

    /// The positions of which place `place` lies inside of the source.
    @inline(__always)
    func positions(of place: Int) -> Range<Int> {
        let shift = place &* dilation &- padding
        let first = shift < 0 ? (stride - 1 - shift) / stride : 0
        let end = shift < source ? min(destination, (source - 1 - shift) / stride + 1) : 0
        return first < end ? first..<end : 0..<0
    }

    /// How many places of the window at a position lie before `end`, counted from the begin of the source.
    @inline(__always)
    func placesFromPadding(at position: Int, before end: Int) -> Int {
        let begin = begin(position)
        return begin < end ? min(window, (end - 1 - begin) / dilation + 1) : 0
    }
}
