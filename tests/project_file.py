"""A small project file, whole, for tests to bend."""

PROJECT = """
[project]
name = "临安区造林碳汇项目"
id = "linan-1"
owner = "临安区林业局"
methodology = "AR-CM-001-V01"
start = 2024-03-01
crediting_start = "2024-03-01"
crediting_years = 20

[parcels]
file = "parcels.csv"
stratum = "S1"

[strata.S1]
species = "杉木"
planted = 2024
density_per_mu = 110
management = "抚育间伐"
curve = "table"
curve_name = "fir"

[[strata.S1.thinnings]]
year = 2034
fraction = 0.2

[strata.S1.baseline]
shrub_cover = [[2024, 0.1], [2044, 0.2]]

[strata.S2]
components = [
  { species = "杉木", share = 0.7 },
  { species = "schima", share = 0.3, planted = 2025 },
]
planted = 2024

[[strata.S2.fellings]]
year = 2040
species = "杉木"
replant = { species = "木荷" }

[[strata.S2.bamboo]]
species = "毛竹"
age_du = 1
dbh_cm = 9.5
culms_per_ha = [[2024, 0], [2030, 900]]

[strata.S2.baseline]
components = [{ species = "马尾松", share = 0.05, planted = 2000 }]

[[fires]]
year = 2030
stratum = "S1"
area_mu = 30

[pools]
dead_wood = false

[discount]
dr = 0.06

[parameters]
k_risk = { value = 0.1, source = "方法学", locator = "第 8 页" }

[tables.fir]
points = [[5, 10], [20, 150.5]]

[sampling]
plot_area_m2 = 667
S1 = { mean = 60, sd = 20 }

[sampling.S2]
mean = 40
cv = 0.5
cost = 2
"""
