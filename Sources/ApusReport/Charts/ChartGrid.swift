/// Charts side by side.
enum ChartGrid {
    /// Those of the charts that have curves, in rows that they fill on a wide page: three to a row where they come to full rows of three.
    static func html(_ charts: [LineChart]) -> HTML {
        let charts = charts.filter { !$0.series.isEmpty }
        let isOfThree = !charts.isEmpty && charts.count % 3 == 0
        return HTML("div", ["class": isOfThree ? "charts three" : "charts"], charts.map(\.html))
    }
}
