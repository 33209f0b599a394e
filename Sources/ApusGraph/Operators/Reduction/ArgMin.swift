/// Where along an axis the smallest element is.
public struct ArgMin: ArgumentOperator {
    public static let name = "arg_min"
    public static let documentation = argument("smallest", example: "place = arg_min(scores)")

    public var axis: Int
    public var keep: Bool
    public var selectLast: Bool

    public init(axis: Int = -1, keep: Bool = false, selectLast: Bool = false) {
        self.axis = axis
        self.keep = keep
        self.selectLast = selectLast
    }

    public static func isBetter(_ element: Double, than other: Double) -> Bool { element < other }
    public static func isBetter(_ element: Int, than other: Int) -> Bool { element < other }
}
