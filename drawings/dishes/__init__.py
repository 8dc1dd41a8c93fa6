"""What can be served: for every class of Food-11, in its order, the dishes and how often each is drawn.

A dish is a function of a laid table (`Relief`) and a generator of chance; it puts a vessel and the food on the table.
"""

from drawings.dishes import bread, dairy, dessert, egg, fried, green, meat, noodles, rice, seafood, soup

DISHES = (bread.BREAD, dairy.DAIRY, dessert.DESSERT, egg.EGG, fried.FRIED, meat.MEAT, noodles.NOODLES, rice.RICE,
          seafood.SEAFOOD, soup.SOUP, green.GREEN)  # fmt: skip
CLASSES = ("bread", "dairy", "dessert", "egg", "fried", "meat", "noodles", "rice", "seafood", "soup", "green")
