/// Where along an axis the largest element is.
public struct ArgMax: ArgumentOperator {
    public static let name = "arg_max"
    public static let documentation = argument("largest", example: "place = arg_max(scores)")

    public var axis: Int
    public var keep: Bool
    public var selectLast: Bool

    public init(axis: Int = -1, keep: Bool = false, selectLast: Bool = false) {
        self.axis = axis
        self.keep = keep
        self.selectLast = selectLast
    }

    public static func isBetter(_ element: Double, than other: Double) -> Bool { element > other }
    public static func isBetter(_ element: Int, than other: Int) -> Bool { element > other }
}
